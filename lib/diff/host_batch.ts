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
      for (const [name, place] of chunk.inputs) {
        uploadRows(gpu, { source: inputs[name], first: firstRow, rows, paddedRows }, place);
      }
      for (const [name, place] of chunk.targets) {
        uploadRows(gpu, { source: targets[name], first, rows: chunk.samples, paddedRows: chunk.paddedSamples }, place);
      }
    },
  };
}
