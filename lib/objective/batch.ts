import type { FieldDescription } from "../field/description.ts";
import { byName, type NamedArrays } from "../field/evaluate.ts";
import { type Objective, targetsOf } from "./objective.ts";

/** Samples in arrays on the host: one batch to differentiate on, or all that a field is trained on. */
export interface Batch {
  /** `[n, inputs]` row-major; with several named inputs a record of such arrays. A sample of many rows has them in order. */
  readonly inputs: Float32Array | NamedArrays;
  /** `[samples, width]` row-major; where the objective has several targets a record of such arrays by name. */
  readonly targets: Float32Array | NamedArrays;
}

/** A batch whose arrays have been checked, by name. */
interface NamedBatch {
  /** `[samples · rowsPerSample, width]` for each input of the field. */
  readonly inputs: NamedArrays;
  /** `[samples, width]` for each target of the objective. */
  readonly targets: NamedArrays;
  /** How many samples it has, at least 1. */
  readonly samples: number;
}

/**
 * The arrays of a batch by the names of inputs and targets, whichever way they were given.
 *
 * @param what How errors call the batch.
 * @throws When a name is missing or unknown, inputs and targets are not for the same samples, or there are none.
 */
export function namedBatch(
  description: FieldDescription,
  objective: Objective,
  batch: Batch,
  what: string,
): NamedBatch {
  const { rowsPerSample = 1 } = objective;
  const inputs = byName(batch.inputs, new Map(Object.entries(description.inputs)), "inputs");
  const targets = byName(batch.targets, targetsOf(objective, description), "targets");
  const samples = targets.rows;
  if (inputs.rows !== samples * rowsPerSample) {
    const expected = rowsPerSample === 1 ? "" : ` (${rowsPerSample} rows of inputs for each expected)`;
    throw new Error(`${what}: ${inputs.rows} rows of inputs, but ${samples} of targets${expected}.`);
  }
  if (samples === 0) throw new Error(`${what}: it has no samples.`);
  return { inputs: inputs.arrays, targets: targets.arrays, samples };
}
