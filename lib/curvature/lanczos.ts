import { linearGroups } from "../gpu/groups.ts";
import { Norms } from "../linalg/norms.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { type DirectionKind, fillDirection } from "./direction.ts";
import { symmetricEigenpairs } from "./eigenvalues.ts";
import type { SymmetricOperator } from "./operator.ts";
import nextText from "../../wgsl/curvature/next_direction.wgsl" with { type: "text" };
import projectionsText from "../../wgsl/curvature/projections.wgsl" with { type: "text" };
import removeText from "../../wgsl/curvature/remove_projections.wgsl" with { type: "text" };

const nextDirection = { name: "next_direction", text: nextText };
const projections = { name: "projections", text: projectionsText };
const removeProjections = { name: "remove_projections", text: removeText };

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

/**
 * Lanczos' method with full re-orthogonalisation (Golub & Van Loan, section 10.3) from a random start vector. All vectors
 * stay on the device; only the tridiagonal matrix is read, at the end. The memory is that of `steps` + 3 vectors.
 *
 * @throws If steps are not a whole number from 1, or the vectors do not fit into one buffer of the device.
 */
export async function lanczos(operator: SymmetricOperator, options: LanczosOptions = {}): Promise<LanczosResult> {
  const { gpu, layout } = operator;
  const { seed = 0, probe = 0, directions = "rademacher", signal } = options;
  const steps = Math.min(options.steps ?? 64, layout.parameterCount);
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new Error(`lanczos: steps: expected a whole number of at least 1, found ${options.steps}.`);
  }
  using made = new DisposableStack();
  const vector = (label: string) => made.use(createVector(gpu, layout, label));
  const numbers = (label: string) => made.use(gpu.buffer(label, 4 * (steps + 1)));
  const [direction, product] = [vector("Lanczos direction"), vector("Lanczos product")];
  const basis = made.use(gpu.buffer("Lanczos basis", 4 * layout.deviceLength * (steps + 1)));
  const [components, diagonal, offDiagonal] = ["components", "diagonal", "off-diagonal"].map(numbers);
  const norms = made.use(new Norms(gpu, [{ offset: 0, size: layout.deviceLength }]));
  const length = layout.deviceLength / 4;
  const groups = linearGroups(length, 64);
  /** Records that what is left of `w` becomes vector `count` of the basis and the next direction. */
  const advance = (w: Vector, count: number) => {
    norms.record(w.buffer);
    const buffers = { w: w.buffer, norms: norms.buffer, basis, q: direction.buffer, offDiagonal };
    gpu.dispatch(gpu.kernel(nextDirection), buffers, { length, count }, groups);
  };
  fillDirection(product, directions, seed, probe);
  advance(product, 0);
  for (let count = 1; count <= steps; count++) {
    signal?.throwIfAborted();
    await operator.apply(direction, product);
    // Once removes the components; the second time removes what rounding left of them.
    for (let pass = 0; pass < 2; pass++) {
      gpu.dispatch(gpu.kernel(projections), { basis, w: product.buffer, components }, { length }, [count]);
      const buffers = { basis, components, w: product.buffer, diagonal };
      gpu.dispatch(gpu.kernel(removeProjections), buffers, { length, count }, groups);
    }
    advance(product, count);
  }
  const [a, b] = (await gpu.read(diagonal, offDiagonal)).map((bytes) => new Float32Array(bytes));
  return ritz(a.subarray(0, steps), b.subarray(1, steps + 1));
}

/** Solves the tridiagonal problem, which ends where an off-diagonal entry is only rounding. */
function ritz(diagonal: Float32Array, offDiagonal: Float32Array): LanczosResult {
  const scale = Math.max(...diagonal.map(Math.abs), ...offDiagonal);
  const end = offDiagonal.findIndex((entry) => !(entry > 1e-6 * scale));
  const size = end < 0 ? diagonal.length : end + 1;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    matrix[i * size + i] = diagonal[i];
    if (i > 0) matrix[i * size + i - 1] = matrix[(i - 1) * size + i] = offDiagonal[i - 1];
  }
  const { values, vectors } = symmetricEigenpairs(matrix, size);
  return {
    values,
    weights: Float64Array.from(values, (_, i) => vectors[i] ** 2),
    residuals: Float64Array.from(values, (_, i) => Math.abs(offDiagonal[size - 1] * vectors[(size - 1) * size + i])),
  };
}
