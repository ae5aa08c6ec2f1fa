import type { ObjectiveKind } from "../../lib/objective/kind.ts";

/** Figures of a fit; see {@linkcode fitOf}. */
type Fit = Readonly<Record<string, number>>;

/** What the figures of a fit depend on besides its values. */
export interface FitMeasure {
  /** What the field's outputs are. */
  readonly outputs: ObjectiveKind["outputs"];
  /** The number of targets of a sample. */
  readonly columns: number;
  /** The loss of one entry; undefined if the objective does not know it. */
  readonly entryLoss?: (output: number, target: number) => number;
  /** The mean loss of the best constant of each column, which losses are compared with; undefined for none. */
  readonly constantLoss?: number;
}

/** Whether the targets of a column differ, so that they have a variance which errors can be compared with. */
export function differ(targets: Float32Array, columns: number): boolean {
  return targets.some((target, i) => target !== targets[i % columns]);
}

/**
 * How well values fit targets. `loss` is the objective's, if it knows the loss of an entry. For values: `mae`, the mean absolute error, and
 * `snr`, the variance of the targets over the mean squared error in decibels. The variance is taken about the mean of each column, so that a
 * field that gives only these means has 0 dB. Targets that are all the same in each column, as those of a single sample are, are measured by the variance of all samples. If that is 0 too, `rmse`, the root of the mean squared error, and `psnr`, 1 over that error in decibels,
 * take the place of `snr`. With a loss of constants also `gain`, that loss over the field's in decibels. For logits: `accuracy`, the share of probabilities on the same side of ½ as their targets.
 *
 * @param result The field's outputs.
 * @param targets Of the same length, at least 1.
 * @param all The targets of all samples.
 */
export function fitOf(result: Float32Array, targets: Float32Array, measure: FitMeasure, all = targets): Fit {
  const { outputs, columns, entryLoss, constantLoss } = measure;
  const mean = (each: (output: number, target: number) => number) => meanOf(result, targets, each);
  const loss: Fit = entryLoss === undefined ? {} : { loss: mean(entryLoss) };
  if (outputs === "logits") {
    return { ...loss, accuracy: mean((output, target) => Number(output > 0 === target > 0.5)) };
  }
  const mae = mean((output, target) => Math.abs(output - target));
  const error = mean((output, target) => (output - target) ** 2);
  const measured = [targets, all].find((each) => differ(each, columns));
  if (measured === undefined) return { ...loss, mae, rmse: Math.sqrt(error), psnr: 10 * Math.log10(1 / error) };
  const gain: Fit = constantLoss === undefined ? {} : { gain: 10 * Math.log10(constantLoss / loss.loss) };
  return { ...loss, mae, ...gain, snr: 10 * Math.log10(varianceOf(measured, columns) / error) };
}

/** The mean over all entries. */
export function meanOf(
  result: Float32Array,
  targets: Float32Array,
  each: (output: number, target: number) => number,
): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += each(result[i], targets[i]);
  return sum / targets.length;
}

/** The mean of the squared distances from the means of the columns. */
function varianceOf(values: Float32Array, columns: number): number {
  const sums = new Float64Array(columns);
  for (const [i, value] of values.entries()) sums[i % columns] += value;
  const rows = values.length / columns;
  return values.reduce((sum, value, i) => sum + (value - sums[i % columns] / rows) ** 2, 0) / values.length;
}
