import { checkOptions } from "../hyperparameter/members.ts";
import type { Field } from "../field/field.ts";
import { differentiate } from "../diff/passes.ts";
import { Workspace } from "../diff/workspace.ts";
import { createVector, readVectors } from "../linalg/vector.ts";
import type { Objective } from "../objective/objective.ts";
import { type CurvatureBatch, deviceBatch } from "./operator.ts";

/** Where the batches come from. */
export interface GradientNoiseOptions {
  /**
   * The number N of samples from which the batches were drawn without replacement, so that no two of them share one; at least as many as the
   * batches have. By default Infinity: every sample is an independent draw from a distribution.
   */
  readonly population?: number;
}

/** Gradients that are read together. */
const BLOCK = 16;

/** How noisy gradients of batches are. */
export interface GradientNoise {
  /**
   * An unbiased estimate of |G|², the squared norm of the gradient over all samples. With few batches it may be negative, but it is |G|²
   * itself where the batches have all samples of the population.
   */
  readonly squaredGradient: number;
  /** An unbiased estimate of tr Σ, the trace of the covariance of one sample's gradient; of N samples that with the divisor N − 1. */
  readonly covarianceTrace: number;
  /**
   * tr Σ/|G|², the simple noise scale: the batch size at which noise and gradient are of one size (McCandlish et al. 2018, "An empirical
   * model of large-batch training", equation 2.9 and appendix A.1). NaN where the estimate of |G|² is not positive.
   */
  readonly noiseScale: number;
}

/**
 * Estimates the gradient-noise scale at the field's current parameters from batches of one size. The gradient g of n samples that were drawn
 * without replacement from N has E|g|² = |G|² + (1/n − 1/N) tr Σ (Cochran 1977, Sampling Techniques, theorem 2.2), and the mean over k
 * batches that share none is that of kn samples. For independent samples, 1/N is 0.
 *
 * @param batches At least two batches of equally many samples, which share none.
 * @throws If there are fewer, their sizes differ, they do not fit the field, or the population has fewer samples than they.
 */
export async function gradientNoise(
  field: Field,
  objective: Objective,
  batches: readonly CurvatureBatch[],
  options: GradientNoiseOptions = {},
): Promise<GradientNoise> {
  checkOptions("gradientNoise", options, { population: true });
  const { population = Infinity } = options;
  if (batches.length < 2) throw new Error(`gradientNoise: expected at least two batches, found ${batches.length}.`);
  const given = batches.map((batch) => deviceBatch(field, objective, batch));
  const [{ samples }] = given;
  const other = given.find((batch) => batch.samples !== samples);
  if (other !== undefined) {
    throw new Error(`gradientNoise: expected batches of ${samples} samples, found one of ${other.samples}.`);
  }
  const drawn = samples * given.length;
  if (!(population >= drawn)) {
    throw new Error(
      `gradientNoise: expected a population of at least the batches' ${drawn} samples, found ${population}.`,
    );
  }
  using made = new DisposableStack();
  const workspace = made.use(new Workspace(field, objective, { samples, products: false }));
  const sum = new Float64Array(field.parameterCount);
  let squares = 0;
  const gradients = given.slice(0, BLOCK).map(() => made.use(createVector(field.gpu, field.layout, "gradient")));
  for (let first = 0; first < given.length; first += BLOCK) {
    const block = given.slice(first, first + BLOCK);
    for (const [i, batch] of block.entries()) differentiate(workspace, { ...batch, gradient: gradients[i] });
    for (const entries of await readVectors(gradients.slice(0, block.length))) {
      for (let i = 0; i < sum.length; i++) {
        sum[i] += entries[i];
        squares += entries[i] ** 2;
      }
    }
  }
  return noiseOf({ sum, squares, count: given.length }, samples, population);
}

/** The gradients of batches. */
interface Gradients {
  readonly sum: Float64Array;
  /** The sum of their squared norms. */
  readonly squares: number;
  readonly count: number;
}

/** Separates the two parts of the gradients' mean square. */
function noiseOf({ sum, squares, count }: Gradients, samples: number, population: number): GradientNoise {
  const small = squares / count;
  const large = sum.reduce((total, each) => total + (each / count) ** 2, 0);
  const covarianceTrace = (samples * count * (small - large)) / (count - 1);
  // The mean over all drawn samples has |G|² + (1/(kn) − 1/N) tr Σ.
  const squaredGradient = large - (1 / (samples * count) - 1 / population) * covarianceTrace;
  return {
    squaredGradient,
    covarianceTrace,
    noiseScale: squaredGradient > 0 ? covarianceTrace / squaredGradient : NaN,
  };
}
