/** Figures of a fit; see {@linkcode fitOf}. */
export type Fit = Readonly<Record<string, number>>;

/** Whether targets differ, so that they have a variance which errors can be compared with. */
export function differ(targets: Float32Array): boolean {
  return targets.some((target) => target !== targets[0]);
}

/**
 * How well values fit targets. For values: the mean squared error as `loss`, and `snr`, the variance of the targets over it in decibels.
 * Targets that are all the same, as a single one is, are measured by the variance of all samples. If that is 0 too, `rmse`, the root of the
 * mean squared error, and `psnr`, 1 over that error in decibels, take the place of `snr`.
 * For logits: the mean cross-entropy as `loss`, and `accuracy`, the share of probabilities on the same side of ½ as their targets.
 *
 * @param result The field's outputs.
 * @param targets Of the same length, at least 1.
 * @param all The targets of all samples.
 */
export function fitOf(result: Float32Array, targets: Float32Array, objective: string, all = targets): Fit {
  const count = targets.length;
  if (objective === "binaryCrossEntropy") {
    let [loss, right] = [0, 0];
    for (let i = 0; i < count; i++) {
      const target = targets[i];
      // log(1 + exp(z)) − t z, without overflow.
      loss += Math.max(result[i], 0) + Math.log1p(Math.exp(-Math.abs(result[i]))) - target * result[i];
      right += Number(result[i] > 0 === target > 0.5);
    }
    return { loss: loss / count, accuracy: right / count };
  }
  let error = 0;
  for (let i = 0; i < count; i++) error += (result[i] - targets[i]) ** 2;
  const loss = error / count;
  if (differ(targets)) return { loss, snr: 10 * Math.log10(squaresOf(targets) / error) };
  if (differ(all)) return { loss, snr: 10 * Math.log10(squaresOf(all) / all.length / loss) };
  return { loss, rmse: Math.sqrt(loss), psnr: 10 * Math.log10(1 / loss) };
}

/** The sum of the squared distances from the mean. */
function squaresOf(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
