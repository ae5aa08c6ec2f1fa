import type { Field } from "../field/field.ts";
import { differentiate } from "../diff/passes.ts";
import { Workspace } from "../diff/workspace.ts";
import { createVector } from "../linalg/vector.ts";
import type { Objective } from "../objective/objective.ts";
import { type CurvatureBatch, deviceBatch } from "./operator.ts";

/** Gradients that are read together. */
const BLOCK = 16;

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
  batches: readonly CurvatureBatch[],
): Promise<GradientNoise> {
  if (batches.length < 2) throw new Error(`gradientNoise: expected at least two batches, found ${batches.length}.`);
  const given = batches.map((batch) => deviceBatch(field, objective, batch));
  const [{ samples }] = given;
  const other = given.find((batch) => batch.samples !== samples);
  if (other !== undefined) {
    throw new Error(`gradientNoise: expected batches of ${samples} samples, found one of ${other.samples}.`);
  }
  using made = new DisposableStack();
  const workspace = made.use(new Workspace(field, objective, { samples, products: false }));
  const sum = new Float64Array(field.parameterCount);
  let squares = 0;
  const gradients = given.slice(0, BLOCK).map(() => made.use(createVector(field.gpu, field.layout, "gradient")));
  for (let first = 0; first < given.length; first += BLOCK) {
    const block = given.slice(first, first + BLOCK);
    for (const [i, batch] of block.entries()) differentiate(workspace, { ...batch, gradient: gradients[i] });
    for (const entries of await Promise.all(block.map((_, i) => gradients[i].read()))) {
      for (const [i, entry] of entries.entries()) {
        sum[i] += entry;
        squares += entry ** 2;
      }
    }
  }
  return noiseOf(sum, squares, given.length, samples);
}

/** Separates the two parts of the gradients' mean square, given their sum and the sum of their squared norms. */
function noiseOf(sum: Float64Array, squares: number, count: number, samples: number): GradientNoise {
  const small = squares / count;
  const large = sum.reduce((total, each) => total + (each / count) ** 2, 0);
  const squaredGradient = (count * large - small) / (count - 1);
  const covarianceTrace = (samples * count * (small - large)) / (count - 1);
  return {
    squaredGradient,
    covarianceTrace,
    noiseScale: squaredGradient > 0 ? covarianceTrace / squaredGradient : NaN,
  };
}
