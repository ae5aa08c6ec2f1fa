/**
 * `deno task tune`: measures the kernels for the tasks' fields on this adapter and stores the fastest in the autotuning cache.
 *
 * @module
 */
import type { FieldDescription } from "../lib/field/description.ts";
import { tuneTangents } from "../lib/diff/tune_tangents.ts";
import { tuneKernels } from "../lib/field/tune.ts";
import type { Measurement } from "../lib/linalg/gemm/measurement.ts";
import type { Gpu } from "../lib/gpu/device.ts";
import { openDevice } from "../lib/linalg/gemm/open_device.ts";
import { tuneMatrices } from "../lib/linalg/tune_matrices.ts";
import { TASKS } from "./registry.ts";
import { type Command, defineCommand } from "./shell/command.ts";
import { runTask } from "./shell/main.ts";
import { parseOptions } from "./shell/options.ts";
import { parseWholeNumbers } from "./shell/whole_numbers.ts";
import { SHORTHANDS } from "./training/network_choice.ts";
import { aliasesOf, HIDDEN_ACTIVATIONS } from "./training/options.ts";
import type { TaskValues, TrainingTask } from "./training/task.ts";
import { DEVICE_OPTIONS, deviceChoice } from "./shell/device_options.ts";

/** One activation for each number of linear maps per unit, and shorthands, whose fields have products of other shapes. */
const REPRESENTATIVES = [
  ...Map.groupBy(HIDDEN_ACTIVATIONS, ({ make }) => make().maps.length).values().map(([{ name }]) => name),
  ...Object.keys(SHORTHANDS),
];

const command = defineCommand({
  usage: "deno task tune",
  summary:
    "Measures all kernels for matrix products on this adapter and stores the fastest for each shape in the autotuning cache. " +
    "It covers the fields that the tasks train, however long compilation takes. Without it, training measures the kernels that " +
    "it needs when it starts, but stops measuring after two seconds.",
  options: [
    {
      name: "task",
      kind: "choice",
      choices: ["all", ...TASKS.keys()],
      default: "all",
      help: "Task whose fields to measure",
    },
    {
      name: "activation",
      kind: "choice",
      choices: ["all", ...HIDDEN_ACTIVATIONS.map(({ name }) => name), ...Object.keys(SHORTHANDS)],
      aliases: aliasesOf(HIDDEN_ACTIVATIONS),
      default: "all",
      help: `Activation of the fields; all stands for ${
        REPRESENTATIVES.join(", ")
      }, which cover the shapes of the others`,
    },
    {
      name: "batch",
      kind: "string",
      placeholder: "N,…",
      help: "Batch sizes; for nerf the numbers of rays",
      defaultText: "the tasks' batch sizes, and 4096 for larger batches and evaluation",
    },
    {
      name: "layers",
      kind: "integer",
      min: 1,
      max: 64,
      help: "Number of hidden layers; for nerf of layers of the trunk",
      defaultText: "the tasks' defaults",
    },
    {
      name: "width",
      kind: "integer",
      min: 1,
      max: 4096,
      help: "Units per hidden layer",
      defaultText: "the tasks' defaults",
    },
    ...DEVICE_OPTIONS,
  ],
  examples: ["deno task tune", "deno task tune --task image --width 128 --layers 6 --batch 24576"],
});

/** A number of rows whose result holds for all larger chunks. */
const LARGE = 4096;

/** A field, and the numbers of rows of its chunks. */
interface Case {
  readonly description: FieldDescription;
  readonly rows: readonly number[];
}

/** What the command line changes in a task's defaults. */
interface Changes {
  readonly shape: { readonly width?: number; readonly layers?: number };
  readonly batches?: readonly number[];
}

if (import.meta.main) {
  await runTask(async (args, signal) => {
    const { values } = parseOptions(args, command);
    const { task, activation, layers, width } = values;
    const batches = values.batch === undefined ? undefined : parseWholeNumbers("--batch", values.batch);
    const shape = { ...width !== undefined && { width }, ...layers !== undefined && { layers } };
    using gpu = await openDevice(deviceChoice(values));
    console.log(gpu.adapter.name);
    const done = new Set<string>();
    const thorough = { budget: Infinity, again: true, except: done, signal };
    for (const each of task === "all" ? TASKS.values() : [TASKS.get(task)!]) {
      for (const name of activation === "all" ? REPRESENTATIVES : [activation]) {
        for (const { description, rows } of casesOf(each, name, gpu, { shape, batches })) {
          for (const count of rows) {
            const request = { description, rows: count, gradients: true };
            const measured = await tuneKernels(gpu, request, thorough);
            measured.push(...await tuneTangents(gpu, request, thorough));
            if (measured.length > 0) console.log(`${each.name}, ${name}, ${count} rows`);
            show(measured);
            for (const { subject } of measured) done.add(subject);
          }
        }
      }
    }
    show(await tuneMatrices(gpu, thorough));
  });
}

/** The fields that a task trains with an activation. */
function casesOf(
  { command, settle, field, sizes }: TrainingTask,
  activation: string,
  gpu: Gpu,
  changes: Changes,
): Case[] {
  const { values } = parseOptions(["--activation", activation], command);
  const { outputs, rowsPerSample = () => 1, variants = [{}] } = sizes;
  return variants.map((variant) => {
    const asked = { ...values, ...variant } as TaskValues<Command>;
    const settled = { ...settle(asked, gpu.adapter), ...changes.shape };
    const rows = (changes.batches ?? [settled.batchSize]).map((batch) => batch * rowsPerSample(settled));
    return { description: field(settled, outputs), rows: changes.batches ? rows : [...rows, LARGE] };
  });
}

function show(measurements: readonly Measurement[]): void {
  for (const { subject, milliseconds, choice } of measurements) {
    const times = Object.entries(milliseconds).map(([name, time]) => `${name} ${time.toFixed(2)} ms`);
    console.log(`${subject.padEnd(50)} ${choice.padEnd(10)} ${times.join(", ")}`);
  }
}
