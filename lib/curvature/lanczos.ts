import { checkOptions, type OptionNames } from "../hyperparameter/members.ts";
import { createVector } from "../linalg/vector.ts";
import { type DirectionKind, fillDirection } from "./direction.ts";
import { type KrylovSpace, krylovSpace } from "./krylov_space.ts";
import type { SymmetricOperator } from "./operator.ts";

/** What Lanczos' method found out about an operator A from one start vector v. */
export interface LanczosResult {
  /** The Ritz values, ascending. The outer ones approximate A's extreme eigenvalues. */
  readonly values: Float64Array;
  /**
   * The squares of the first components of the Ritz vectors, which add up to 1. With them as weights, the Ritz values are the nodes
   * of a Gauss quadrature: Σ weight · f(value) approximates vᵀf(A)v/‖v‖².
   */
  readonly weights: Float64Array;
  /** ‖A q − value q‖ for each Ritz vector q, the bound of the error of a Ritz value. */
  readonly residuals: Float64Array;
}

/** Options of {@linkcode lanczos}. */
export interface LanczosOptions {
  /** The number of products; at most the number of parameters (default: 64). */
  readonly steps?: number;
  /** Determines the start vector, together with `probe` (default: 0). */
  readonly seed?: number;
  /** The number of the start vector, where several are drawn with one seed (default: 0). */
  readonly probe?: number;
  /** How the entries of the start vector are distributed (default: `"rademacher"`). */
  readonly directions?: DirectionKind;
  /** Ends the computation early. */
  readonly signal?: AbortSignal;
}

/** The names of {@linkcode LanczosOptions}. */
export const LANCZOS_OPTIONS: OptionNames<LanczosOptions> = {
  steps: true,
  seed: true,
  probe: true,
  directions: true,
  signal: true,
};

/**
 * Lanczos' method with full re-orthogonalisation (Golub & Van Loan, section 10.3) from a random start vector. All vectors stay on the
 * device; only the tridiagonal matrix is read, at the end. The memory is that of `steps` + 3 vectors.
 *
 * @throws If steps are not a whole number from 1, or the vectors do not fit into one buffer of the device.
 */
export async function lanczos(operator: SymmetricOperator, options: LanczosOptions = {}): Promise<LanczosResult> {
  checkOptions("lanczos", options, LANCZOS_OPTIONS);
  using space = await randomKrylovSpace("lanczos", operator, options);
  const { values, vectors, residuals } = space;
  return { values, weights: values.map((_, i) => vectors[i] ** 2), residuals };
}

/**
 * The Krylov space of a random start vector. The caller must dispose it.
 *
 * @param owner The name of the function whose options these are, for the error message.
 */
export async function randomKrylovSpace(
  owner: string,
  operator: SymmetricOperator,
  options: LanczosOptions,
): Promise<KrylovSpace> {
  const { gpu, layout } = operator;
  const { seed = 0, probe = 0, directions = "rademacher", signal } = options;
  const steps = Math.min(options.steps ?? 64, layout.parameterCount);
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new Error(`${owner}: steps: expected a whole number of at least 1, found ${options.steps}.`);
  }
  using start = createVector(gpu, layout, "start vector");
  fillDirection(start, directions, seed, probe);
  return await krylovSpace(operator, start, steps, signal);
}
