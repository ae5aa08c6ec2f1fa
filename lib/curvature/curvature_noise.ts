import { checkOptions } from "../hyperparameter/members.ts";
import type { Field } from "../field/field.ts";
import type { Objective } from "../objective/objective.ts";
import { type DiagonalAgreement, diagonalAgreement } from "./agreement.ts";
import { equilibratedDiagonal, jacobiDiagonal } from "./diagonals.ts";
import type { DirectionKind } from "./direction.ts";
import { type Estimate, estimateOf } from "./estimate.ts";
import { hessianMatrix } from "./matrix.ts";
import { type CurvatureBatch, curvatureOperator } from "./operator.ts";
import { probeOperator } from "./probes.ts";

/** How far a diagonal of one batch is from that of another batch of the same size: means over pairs of batches. */
export interface DiagonalNoise {
  /** ‖d₁ − d₂‖/√((‖d₁‖² + ‖d₂‖²)/2). */
  readonly difference: Estimate;
  /** The median over entries of |log₁₀(d₁/d₂)|; 0.3 is a factor of two. Entries that are 0 in one of them are left out. */
  readonly medianDistance: Estimate;
  /** The correlation of log d₁ and log d₂. */
  readonly correlation: Estimate;
}

/** How noisy the curvature of batches of one size is. */
export interface CurvatureNoise {
  /** The number of samples of each batch. */
  readonly samples: number;
  /** The noise of D^E = √diag(H²). */
  readonly equilibrated: DiagonalNoise;
  /** The noise of D^J = |diag H|. */
  readonly jacobi: DiagonalNoise;
}

/** Options of {@linkcode curvatureNoise}. */
export interface CurvatureNoiseOptions {
  /** The number of pairs of batches, at least 1 (default: 4). With one pair, standard errors are NaN. */
  readonly pairs?: number;
  /**
   * The number of probes from which each diagonal is estimated, at least 2 (default: 32), or "exact" for diagonals of the explicit
   * Hessian, for fields of at most 8192 parameters.
   */
  readonly probes?: number | "exact";
  /** Determines the probes (default: 0). */
  readonly seed?: number;
  /** How the entries of the probes are distributed (default: `"rademacher"`). */
  readonly directions?: DirectionKind;
  /** Ends the computation early. */
  readonly signal?: AbortSignal;
}

/**
 * Measures how far diagonals of the Hessian of two independent batches differ, at the field's current parameters. Both batches of a pair
 * get the same probes, so that the probes' own noise cancels where the batches' Hessians agree. What is left of it is in proportion to the
 * difference of the Hessians, and smaller with more probes; exact diagonals have none.
 *
 * @param draw Gives a batch of so many samples; batches of different numbers are drawn independently.
 * @param samples The sizes of batches, each of which is measured.
 * @returns A measurement for each size, in their order.
 * @throws If pairs are not a whole number from 1, or the probes or a batch do not fit.
 */
export async function curvatureNoise(
  field: Field,
  objective: Objective,
  draw: (samples: number, number: number) => CurvatureBatch,
  samples: readonly number[],
  options: CurvatureNoiseOptions = {},
): Promise<CurvatureNoise[]> {
  checkOptions("curvatureNoise", options, { pairs: true, probes: true, seed: true, directions: true, signal: true });
  const { pairs = 4, signal } = options;
  if (!Number.isSafeInteger(pairs) || pairs < 1) {
    throw new Error(`curvatureNoise: pairs: expected a whole number of at least 1, found ${pairs}.`);
  }
  const results: CurvatureNoise[] = [];
  for (const size of samples) {
    const equilibrated: DiagonalAgreement[] = [];
    const jacobi: DiagonalAgreement[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      signal?.throwIfAborted();
      // Each pair has probes of its own, so that the mean over the pairs is one over the probes too.
      const own = { ...options, seed: (options.seed ?? 0) + pair };
      const one = await diagonalsOf(field, objective, draw(size, 2 * pair), own);
      const other = await diagonalsOf(field, objective, draw(size, 2 * pair + 1), own);
      equilibrated.push(diagonalAgreement(one.equilibrated, other.equilibrated, 1));
      jacobi.push(diagonalAgreement(one.jacobi, other.jacobi, 1));
    }
    results.push({ samples: size, equilibrated: noiseOf(equilibrated), jacobi: noiseOf(jacobi) });
  }
  return results;
}

/** D^E and D^J of a batch, exact or estimated. */
async function diagonalsOf(
  field: Field,
  objective: Objective,
  batch: CurvatureBatch,
  { probes = 32, seed, directions, signal }: CurvatureNoiseOptions,
): Promise<{ equilibrated: Float64Array; jacobi: Float64Array }> {
  if (probes === "exact") {
    const matrix = await hessianMatrix(field, objective, batch);
    const size = field.parameterCount;
    return { equilibrated: equilibratedDiagonal(matrix, size), jacobi: jacobiDiagonal(matrix, size) };
  }
  using hessian = curvatureOperator(field, objective, batch, "hessian", { fixed: true });
  const { equilibrated, diagonal } = await probeOperator(hessian, { probes, seed, directions, signal });
  return { equilibrated, jacobi: diagonal.map(Math.abs) };
}

function noiseOf(pairs: readonly DiagonalAgreement[]): DiagonalNoise {
  return {
    difference: estimateOf(pairs.map(({ difference }) => difference)),
    medianDistance: estimateOf(pairs.map(({ medianDistance }) => medianDistance)),
    correlation: estimateOf(pairs.map(({ correlation }) => correlation)),
  };
}
