import { createVector, type Vector } from "../linalg/vector.ts";
import { symmetricEigenpairs } from "./eigenvalues.ts";
import type { SymmetricOperator } from "./operator.ts";
import { OrthonormalBasis } from "./orthonormal_basis.ts";

/** An orthonormal basis of the vectors v, Av, A²v, … on the device, in which A is tridiagonal, and the eigenpairs of A there. */
export interface KrylovSpace extends Disposable {
  /** The basis. Its first `size` vectors count. */
  readonly basis: OrthonormalBasis;
  /** The number of Ritz values. It is smaller than that of the steps where the space is exhausted. */
  readonly size: number;
  /** [size] The Ritz values, ascending. */
  readonly values: Float64Array;
  /** Component `row` of Ritz vector i in the basis at `vectors[row * size + i]`. */
  readonly vectors: Float64Array;
  /** ‖A q − value q‖ for each Ritz vector q, as it is without rounding. */
  readonly residuals: Float64Array;
}

/**
 * Lanczos' method with full re-orthogonalisation (Golub & Van Loan, section 10.3). All vectors stay on the device; only the tridiagonal
 * matrix is read, at the end. The memory is that of `steps` + 3 vectors. The caller must dispose the result.
 *
 * @param start v. It is overwritten.
 * @param steps The number of products.
 */
export async function krylovSpace(
  operator: SymmetricOperator,
  start: Vector,
  steps: number,
  signal?: AbortSignal,
): Promise<KrylovSpace> {
  const { gpu, layout } = operator;
  using made = new DisposableStack();
  const basis = made.use(new OrthonormalBasis(gpu, layout, steps + 1));
  using direction = createVector(gpu, layout, "Lanczos direction");
  basis.append(start, direction);
  const product = start;
  for (let count = 1; count <= steps; count++) {
    signal?.throwIfAborted();
    await operator.apply(direction, product);
    basis.remove(product);
    basis.append(product, direction);
  }
  const [a, b] = (await gpu.read(basis.lastComponents, basis.lengths)).map((bytes) => new Float32Array(bytes));
  const owned = made.move();
  return {
    basis,
    ...ritz(a.subarray(0, steps), b.subarray(1, steps + 1)),
    [Symbol.dispose]: () => owned.dispose(),
  };
}

/** Solves the tridiagonal problem, which ends where an off-diagonal entry is only rounding. */
function ritz(diagonal: Float32Array, offDiagonal: Float32Array): Omit<KrylovSpace, "basis" | typeof Symbol.dispose> {
  const scale = Math.max(...diagonal.map(Math.abs), ...offDiagonal);
  const end = offDiagonal.findIndex((entry) => !(entry > 1e-6 * scale));
  const size = end < 0 ? diagonal.length : end + 1;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    matrix[i * size + i] = diagonal[i];
    if (i > 0) matrix[i * size + i - 1] = matrix[(i - 1) * size + i] = offDiagonal[i - 1];
  }
  const { values, vectors } = symmetricEigenpairs(matrix, size);
  const last = (size - 1) * size;
  return {
    size,
    values,
    vectors,
    residuals: values.map((_, i) => Math.abs(offDiagonal[size - 1] * vectors[last + i])),
  };
}
