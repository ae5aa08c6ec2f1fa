/**
 * `deno task tune`: measures the kernels for the tasks' fields on this adapter and remembers the fastest.
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

/** Activations whose fields have products of their own: others' are those of gaussian. */
const ACTIVATIONS = ["gaussian", "wavelet", "relu-pe"] as const;

const command = defineCommand({
  usage: "deno task tune",
  summary:
    "Measures every kernel family on this adapter for the fields that the tasks train, without a limit on compilation, and " +
    "remembers the fastest for each class of products. Training measures by itself what is not known yet, but stops after " +
    "two seconds.",
  options: [
    {
      name: "task",
      kind: "choice",
      choices: ["all", "image", "occupancy", "nerf"],
      default: "all",
      help: "Whose fields",
    },
    {
      name: "activation",
      kind: "choice",
      choices: ["all", ...ACTIVATIONS],
      default: "all",
      help: "Of the fields; gaussian is for sine, sinc and relu too",
    },
    {
      name: "batch",
      kind: "string",
      placeholder: "N,…",
      help: "Batch sizes; of nerf, rays",
      defaultText: "the tasks', and 4096 for larger batches and evaluation",
    },
    {
      name: "layers",
      kind: "integer",
      min: 1,
      max: 64,
      help: "Hidden layers; of nerf, of the trunk",
      defaultText: "the tasks'",
    },
    { name: "width", kind: "integer", min: 1, max: 4096, help: "Units of a hidden layer", defaultText: "the tasks'" },
    { name: "software", kind: "flag", help: "Accept a software adapter beside an NVIDIA device" },
  ],
  examples: ["deno task tune", "deno task tune --task image --width 128 --layers 6 --batch 24576"],
});

/** Rows whose class is that of all larger chunks. */
const LARGE = 4096;

/** A field, and the rows of chunks that it will be asked for. */
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
        // The own scene and others have fields of different sizes.
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
