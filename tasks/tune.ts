/**
 * `deno task tune`: measures the kernels for the tasks' fields on this adapter and stores the fastest in the autotuning cache.
 *
 * @module
 */
import type { FieldDescription } from "../lib/field/description.ts";
import { tuneKernels } from "../lib/field/tune.ts";
import type { Measurement } from "../lib/linalg/gemm/measurement.ts";
import { openDevice } from "../lib/gpu/device.ts";
import { tuneProducts } from "../lib/linalg/gemm/tune.ts";
import { imageTask } from "./image/task.ts";
import { nerfTask } from "./nerf/task.ts";
import { occupancyTask } from "./occupancy/task.ts";
import { runTask } from "./shell/main.ts";
import { defineCommand, parseOptions } from "./shell/options.ts";
import { parseWholeNumbers } from "./shell/whole_numbers.ts";

/** Activations whose fields have matrix products of different shapes. The other activations have those of gaussian. */
const ACTIVATIONS = ["gaussian", "wavelet", "relu-pe"] as const;

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
      choices: ["all", "image", "occupancy", "nerf"],
      default: "all",
      help: "Task whose fields to measure",
    },
    {
      name: "activation",
      kind: "choice",
      choices: ["all", ...ACTIVATIONS],
      default: "all",
      help: "Activation of the fields; gaussian also covers sine, sinc and relu",
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
    { name: "software", kind: "flag", help: "Accept a software adapter although the machine has an NVIDIA GPU" },
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

if (import.meta.main) {
  await runTask(async (args) => {
    const { values } = parseOptions(args, command);
    const { task, activation, layers, width } = values;
    const batches = values.batch === undefined ? undefined : parseWholeNumbers("--batch", values.batch);
    using gpu = await openDevice({ allowSoftware: values.software ? true : undefined });
    console.log(gpu.adapter.name);
    const shape = { ...width !== undefined && { width }, ...layers !== undefined && { layers, depth: layers } };
    const casesOf = {
      image: (activation: string): Case[] => {
        const settled = { ...parseOptions(["--activation", activation], imageTask.command).values, ...shape };
        return [{ description: imageTask.field(settled, 3), rows: batches ?? [settled.batchSize, LARGE] }];
      },
      occupancy: (activation: string): Case[] => {
        const { values } = parseOptions(["--activation", activation], occupancyTask.command);
        const settled = { ...occupancyTask.settle(values, gpu.adapter), ...shape };
        return [{ description: occupancyTask.field(settled, 1), rows: batches ?? [settled.batchSize, LARGE] }];
      },
      nerf: (activation: string): Case[] => {
        const { values } = parseOptions(["--activation", activation], nerfTask.command);
        // The default scene and others have fields of different sizes.
        const settled = [values, { ...values, scene: "any" }].map((each) => {
          return { ...nerfTask.settle(each, gpu.adapter), ...shape };
        });
        return settled.map((each) => ({
          description: nerfTask.field(each, 4),
          rows: (batches ?? [each.batchSize]).map((rays) => rays * (each.samples + each.fineSamples)),
        }));
      },
    };
    const names = task === "all" ? ["image", "occupancy", "nerf"] as const : [task as keyof typeof casesOf];
    const done = new Set<string>();
    const thorough = { budget: Infinity, again: true, except: done };
    for (const name of names) {
      for (const each of activation === "all" ? ACTIVATIONS : [activation]) {
        for (const { description, rows } of casesOf[name](each)) {
          for (const count of rows) {
            const measured = await tuneKernels(gpu, { description, rows: count, gradients: true }, thorough);
            if (measured.length > 0) console.log(`${name}, ${each}, ${count} rows`);
            show(measured);
            for (const { subject } of measured) done.add(subject);
          }
        }
      }
    }
    show(await tuneProducts(gpu, [{ kind: "batched" }], thorough));
  });
}

function show(measurements: readonly Measurement[]): void {
  for (const { subject, milliseconds, choice } of measurements) {
    const times = Object.entries(milliseconds).map(([name, time]) => `${name} ${time.toFixed(2)} ms`);
    console.log(`${subject.padEnd(32)} ${choice.padEnd(10)} ${times.join(", ")}`);
  }
}
