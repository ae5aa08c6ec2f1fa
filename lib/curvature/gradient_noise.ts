import type { Field } from "../field/field.ts";
import { createDifferentiator } from "../diff/differentiator.ts";
import type { Batch } from "../objective/batch.ts";
import type { Objective } from "../objective/objective.ts";

/** How noisy gradients of batches are. */
export interface GradientNoise {
  /** An unbiased estimate of |G|², the squared norm of the gradient over all samples. With few batches it may be negative. */
  readonly squaredGradient: number;
  /** An unbiased estimate of tr Σ, the trace of the covariance of one sample's gradient. */
  readonly covarianceTrace: number;
  /**
   * tr Σ/|G|², the simple noise scale: the batch size at which noise and gradient are of one size (McCandlish et al. 2018, "An empirical
   * model of large-batch training", equation 2.9 and appendix A.1). NaN where the estimate of |G|² is not positive.
   */
  readonly noiseScale: number;
}

/**
 * Estimates the gradient-noise scale at the field's current parameters from independent batches of one size: their gradients g_b have
 * E|g_b|² = |G|² + tr Σ/n, and their mean over k batches has |G|² + tr Σ/(kn).
 *
 * @param batches At least two batches of equally many samples, drawn independently.
 * @throws If there are fewer, their sizes differ or they do not fit the field.
 */
export async function gradientNoise(
  field: Field,
  objective: Objective,
  batches: readonly Batch[],
  samples: number,
): Promise<GradientNoise> {
  if (batches.length < 2) throw new Error(`gradientNoise: expected at least two batches, found ${batches.length}.`);
  using differentiator = createDifferentiator(field, objective, { samples });
  const sum = new Float64Array(field.parameterCount);
  let squares = 0;
  for (const batch of batches) {
    const { gradient } = await differentiator.lossAndGradient(batch);
    const entries = await gradient.read();
    for (let i = 0; i < sum.length; i++) {
      sum[i] += entries[i];
      squares += entries[i] ** 2;
    }
  }
  const count = batches.length;
  const small = squares / count;
  const large = sum.reduce((total, each) => total + (each / count) ** 2, 0);
  const squaredGradient = (count * large - small) / (count - 1);
  const covarianceTrace = samples * count * (small - large) / (count - 1);
  return {
    squaredGradient,
    covarianceTrace,
    noiseScale: squaredGradient > 0 ? covarianceTrace / squaredGradient : NaN,
  };
}
