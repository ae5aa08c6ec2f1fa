import type { Field } from "../field/field.ts";
import { uploadRows } from "../field/rows.ts";
import { type Batch, namedBatch } from "../objective/batch.ts";
import type { Objective } from "../objective/objective.ts";
import type { DifferentiationRequest } from "./request.ts";

/**
 * Prepares a batch in host arrays for `differentiate`. Its chunks are written to the device while passes are recorded.
 *
 * @throws If shapes do not fit.
 */
export function hostBatch(
  { gpu, description }: Field,
  objective: Objective,
  batch: Batch,
): Pick<DifferentiationRequest, "samples" | "fill"> {
  const { inputs, targets, samples } = namedBatch(description, objective, batch, "batch");
  return {
    samples,
    fill(chunk) {
      const { first, rows, paddedRows } = chunk;
      const firstRow = first * (objective.rowsPerSample ?? 1);
      for (const [name, { buffer, width, stride }] of chunk.inputs) {
        uploadRows(gpu, inputs[name], width, firstRow, rows, buffer, stride, paddedRows);
      }
      for (const [name, { buffer, width, stride }] of chunk.targets) {
        uploadRows(gpu, targets[name], width, first, chunk.samples, buffer, stride, chunk.paddedSamples);
      }
    },
  };
}
