import { checkArguments, NUMBERS } from "../hyperparameter/arguments.ts";

/**
 * Peak signal-to-noise ratio, 10·log₁₀(peak² / MSE). The mean squared error is taken over all entries and summed in f64. Values are
 * not clamped to [0, peak], so overshooting counts as an error.
 *
 * @param result The reconstruction.
 * @param target The values that it should have; of the same length.
 * @param peak The largest value that the signal can have; 1 by default.
 * @returns Decibels; Infinity if both are equal, NaN if one contains NaN.
 * @throws {RangeError} If the lengths differ or are 0, or the peak is not positive.
 */
export function peakSignalToNoiseRatio(result: Float32Array, target: Float32Array, peak = 1): number {
  checkArguments("peakSignalToNoiseRatio", { result: [result, NUMBERS], target: [target, NUMBERS] });
  if (result.length !== target.length || target.length === 0) {
    throw new RangeError(
      `peakSignalToNoiseRatio: expected as many values in result as in target and at least one, ` +
        `found ${result.length} and ${target.length}.`,
    );
  }
  if (!(peak > 0)) throw new RangeError(`peakSignalToNoiseRatio: expected a positive peak, found ${peak}.`);
  let sum = 0;
  for (let i = 0; i < target.length; i++) sum += (result[i] - target[i]) ** 2;
  return 10 * Math.log10(peak ** 2 / (sum / target.length));
}
