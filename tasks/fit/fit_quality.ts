/** Figures of a fit; see {@linkcode fitOf}. */
export type Fit = Readonly<Record<string, number>>;

/**
 * How well values fit targets. For values: the mean squared error as `loss`, and `snr`, the variance of the targets over it in decibels.
 * For logits: the mean cross-entropy as `loss`, and `accuracy`, the share of probabilities on the same side of ½ as their targets.
 *
 * @param result The field's outputs.
 * @param targets Of the same length, at least 1.
 */
export function fitOf(result: Float32Array, targets: Float32Array, objective: string): Fit {
  const count = targets.length;
  if (objective === "binaryCrossEntropy") {
    let [loss, right] = [0, 0];
    for (const [i, target] of targets.entries()) {
      // log(1 + exp(z)) − t z, without overflow.
      loss += Math.max(result[i], 0) + Math.log1p(Math.exp(-Math.abs(result[i]))) - target * result[i];
      right += Number(result[i] > 0 === target > 0.5);
    }
    return { loss: loss / count, accuracy: right / count };
  }
  const mean = targets.reduce((sum, target) => sum + target, 0) / count;
  let [error, variance] = [0, 0];
  for (const [i, target] of targets.entries()) {
    error += (result[i] - target) ** 2;
    variance += (target - mean) ** 2;
  }
  return { loss: error / count, snr: 10 * Math.log10(variance / error) };
}
