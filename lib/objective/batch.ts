import { checkMember, checkOptions, objectWith } from "../hyperparameter/members.ts";
import type { FieldDescription } from "../field/description.ts";
import { byName, type NamedArrays } from "../field/evaluate.ts";
import { type Objective, targetsOf } from "./objective.ts";

/** Samples in host arrays: one batch to compute derivatives on, or all samples that a field is trained on. */
export interface Batch {
  /**
   * `[n, inputs]`, row-major. If the field has several inputs, a record of such arrays by name. If the objective has several rows
   * for each sample, they follow one another.
   */
  readonly inputs: Float32Array | NamedArrays;
  /**
   * `[samples, width]`, row-major. If the objective has several targets, a record of such arrays by name; if it has none, `{}`.
   */
  readonly targets: Float32Array | NamedArrays;
}

/** A checked batch, with its arrays by name. */
interface NamedBatch {
  /** `[samples · rowsPerSample, width]` for each input of the field. */
  readonly inputs: NamedArrays;
  /** `[samples, width]` for each target of the objective. */
  readonly targets: NamedArrays;
  /** The number of samples, at least 1. */
  readonly samples: number;
}

const BATCH = objectWith("an object of inputs and targets", "inputs", "targets");

/**
 * Checks a batch and brings its arrays into the form of records by the names of inputs and targets.
 *
 * @param what The name of the batch in error messages.
 * @throws If a member or a name is missing or unknown, inputs and targets have different numbers of samples, or there are no samples.
 */
export function namedBatch(
  description: FieldDescription,
  objective: Objective,
  batch: Batch,
  what: string,
): NamedBatch {
  checkMember(what, batch, BATCH);
  checkOptions(what, batch, { inputs: true, targets: true });
  const { rowsPerSample = 1 } = objective;
  const inputs = byName(batch.inputs, new Map(Object.entries(description.inputs)), "inputs");
  const widths = targetsOf(objective, description);
  if (widths.size === 0 && Object.keys(batch.targets).length > 0) {
    throw new Error(`targets: expected {}, because ${objective.name} has none, found some.`);
  }
  const targets = byName(widths.size === 0 ? {} : batch.targets, widths, "targets");
  const samples = widths.size === 0 ? inputs.rows / rowsPerSample : targets.rows;
  if (inputs.rows !== samples * rowsPerSample) {
    const per = rowsPerSample === 1
      ? "as many rows of inputs as of targets"
      : `${rowsPerSample} rows of inputs for each of targets`;
    throw new Error(
      `${what}: expected ${per}, found ${inputs.rows} rows of inputs (${
        widthsText(description.inputs)
      }) and ${samples} of ` +
        `targets (${widthsText(Object.fromEntries(targetsOf(objective, description)))}).`,
    );
  }
  if (samples === 0) throw new Error(`${what}: it has no samples.`);
  return { inputs: inputs.arrays, targets: targets.arrays, samples };
}

/** "a: 1 number, b: 3 numbers each". */
function widthsText(widths: Readonly<Record<string, number>>): string {
  const parts = Object.entries(widths).map(([name, width]) =>
    `${name}: ${width} ${width === 1 ? "number" : "numbers"}`
  );
  return `${parts.join(", ")} each`;
}
