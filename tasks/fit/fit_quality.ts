/** Figures of a fit; see {@linkcode fitOf}. */
export type Fit = Readonly<Record<string, number>>;

/** Whether targets differ, so that they have a variance which errors can be compared with. */
export function differ(targets: Float32Array): boolean {
  return targets.some((target) => target !== targets[0]);
}

/**
 * How well values fit targets. For values: the mean squared error as `loss`, and `snr`, the variance of the targets over it in decibels.
 * Targets that are all the same have no variance: then `rmse`, the root of the mean squared error, and `psnr`, 1 over that error in decibels, take
 * the place of `snr`.
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
  if (!differ(targets)) return sameFit(result, targets);
  const mean = targets.reduce((sum, target) => sum + target, 0) / count;
  let [error, variance] = [0, 0];
  for (const [i, target] of targets.entries()) {
    error += (result[i] - target) ** 2;
    variance += (target - mean) ** 2;
  }
  return { loss: error / count, snr: 10 * Math.log10(variance / error) };
}

/** The fit where all targets are the same. */
function sameFit(result: Float32Array, targets: Float32Array): Fit {
  const loss = targets.reduce((sum, target, i) => sum + (result[i] - target) ** 2, 0) / targets.length;
  return { loss, rmse: Math.sqrt(loss), psnr: 10 * Math.log10(1 / loss) };
}
