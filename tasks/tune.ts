/**
 * `deno task tune`: measures the kernels for fields of a shape on this adapter and remembers the fastest.
 *
 * @module
 */
import { sine } from "../lib/field/activation/sine.ts";
import { gabor } from "../lib/field/activation/gabor.ts";
import { mlp } from "../lib/field/mlp.ts";
import { type Measurement, tuneKernels } from "../lib/field/tune.ts";
import { openDevice } from "../lib/gpu/device.ts";
import { tuneProducts } from "../lib/linalg/tune_products.ts";
import { runTask } from "./shell/main.ts";
import { defineCommand, parseOptions } from "./shell/options.ts";
import { parseWholeNumbers } from "./shell/whole_numbers.ts";

const command = defineCommand({
  usage: "deno task tune",
  summary:
    "Measures every kernel family on this adapter, without a limit on compilation, and remembers the fastest for " +
    "each class of products. Training measures by itself what is not known yet, but stops after two seconds.",
  options: [
    { name: "batch", kind: "string", placeholder: "N,…", default: "512,4096,16384", help: "Batch sizes" },
    { name: "layers", kind: "integer", min: 1, max: 64, default: 4, help: "Hidden layers" },
    { name: "width", kind: "integer", min: 1, max: 4096, default: 256, help: "Units of a hidden layer" },
    { name: "wavelet", kind: "flag", help: "For wavelet fields, whose layers have two maps" },
    { name: "software", kind: "flag", help: "Accept a software adapter beside an NVIDIA device" },
  ],
  examples: ["deno task tune", "deno task tune --width 128 --layers 6 --batch 24576"],
});

if (import.meta.main) {
  await runTask(async (args) => {
    const { values } = parseOptions(args, command);
    const batches = parseWholeNumbers("--batch", values.batch);
    using gpu = await openDevice({ allowSoftware: values.software ? true : undefined });
    console.log(gpu.adapter.name);
    const description = mlp({
      inputs: 2,
      hidden: Array<number>(values.layers).fill(values.width),
      outputs: 3,
      activation: values.wavelet ? gabor() : sine(),
    });
    const thorough = { budget: Infinity, again: true };
    for (const rows of batches) show(await tuneKernels(gpu, { description, rows, gradients: true }, thorough));
    show(await tuneProducts(gpu, thorough));
  });
}

function show(measurements: readonly Measurement[]): void {
  for (const { subject, milliseconds, choice } of measurements) {
    const times = Object.entries(milliseconds).map(([name, time]) => `${name} ${time.toFixed(2)} ms`);
    console.log(`${subject.padEnd(32)} ${choice.padEnd(9)} ${times.join(", ")}`);
  }
}
