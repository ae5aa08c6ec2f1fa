/**
 * The process that `measureFirstStep` starts: makes one training step as a user's program would, prints a line, and ends.
 *
 * @module
 */
import { createField } from "../../lib/field/field.ts";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import type { KernelChoice } from "../../lib/linalg/gemm/family.ts";
import { meanSquaredError } from "../../lib/objective/mean_squared_error.ts";
import { createOptimizer } from "../../lib/optim/optimizer.ts";
import { train } from "../../lib/train/train.ts";
import { batchOf, type BenchSetup, fieldOf, optimizerOf } from "./workload.ts";

if (import.meta.main) {
  const settings: BenchSetup & { batch: number; kernels: KernelChoice; allowSoftware?: boolean; adapter?: string } =
    JSON.parse(
      Deno.args[0],
    );
  const { batch, kernels, allowSoftware, adapter, optimizer: name } = settings;
  using gpu = await openDevice({ allowSoftware, adapter, kernels });
  using field = createField(gpu, fieldOf(settings));
  using optimizer = createOptimizer(gpu, optimizerOf(name), field.layout);
  const data = batchOf(batch);
  const options = { field, objective: meanSquaredError(), data, optimizer, batchSize: batch, epochs: 1, steps: 1 };
  for await (const event of train(options)) {
    if (event.type === "end") console.log("done");
  }
}
