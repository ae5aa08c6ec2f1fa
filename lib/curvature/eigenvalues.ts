import { EigenvalueDecomposition, Matrix } from "npm:ml-matrix@6.15.1";
import { checkMatrix } from "./check_entries.ts";
import { tridiagonalEigenvalues } from "./tridiagonal_eigenvalues.ts";

/** The eigenvalues and unit eigenvectors of a symmetric matrix. */
interface Eigenpairs {
  /** The eigenvalues, in ascending order. */
  readonly values: Float64Array;
  /** Component `row` of eigenvector i at `vectors[row * size + i]`. */
  readonly vectors: Float64Array;
}

/**
 * The eigenvalues of the symmetric matrix (A + Aᵀ)/2, in f64 on the host: Householder tridiagonalisation and QR steps without eigenvectors,
 * which take a fraction of the time of {@linkcode symmetricEigenpairs} (Golub and Van Loan 2013, "Matrix computations", sections 8.3.1 to
 * 8.3.5).
 *
 * @param matrix A: size × size numbers, row-major.
 * @param size The number of rows.
 * @returns [size], ascending.
 * @throws If the number of entries is not size² or an entry is not finite.
 */
export function symmetricEigenvalues(matrix: ArrayLike<number>, size: number): Float64Array {
  checkMatrix("eigenvalues", matrix, size);
  let largest = 0;
  for (let at = 0; at < matrix.length; at++) largest = Math.max(largest, Math.abs(matrix[at]));
  if (largest === 0) return new Float64Array(size);
  // A power of two rounds nothing, and no square of a scaled entry overflows.
  const scale = 2 ** Math.floor(Math.log2(largest));
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      lower[i * size + j] = matrix[i * size + j] / scale / 2 + matrix[j * size + i] / scale / 2;
    }
  }
  return tridiagonalEigenvalues(tridiagonalise(lower, size)).map((value) => value * scale).sort();
}

/** The diagonal [size] and the entries beside it [size − 1] of a tridiagonal matrix with the eigenvalues of a symmetric one. */
function tridiagonalise(lower: Float64Array, size: number): { diagonal: Float64Array; beside: Float64Array } {
  const beside = new Float64Array(Math.max(0, size - 1));
  const [direction, product] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k + 1 < size; k++) {
    let rest = 0;
    for (let i = k + 2; i < size; i++) rest += lower[i * size + k] ** 2;
    const first = lower[(k + 1) * size + k];
    const length = Math.sqrt(first * first + rest);
    beside[k] = rest === 0 ? first : first > 0 ? -length : length;
    if (rest === 0) continue;
    for (let i = k + 1; i < size; i++) direction[i] = lower[i * size + k];
    direction[k + 1] -= beside[k];
    reflect(lower, { size, from: k + 1, direction, product });
  }
  return { diagonal: Float64Array.from({ length: size }, (_, i) => lower[i * size + i]), beside };
}

/** A reflection of the rows and columns from one on. */
interface Reflection {
  readonly size: number;
  readonly from: number;
  /** [size] The vector that changes its sign. */
  readonly direction: Float64Array;
  /** [size] What it overwrites. */
  readonly product: Float64Array;
}

/** Reflects a symmetric matrix, of which only the lower triangle is read and written, from both sides. */
function reflect(lower: Float64Array, { size, from, direction: v, product: w }: Reflection): void {
  w.fill(0);
  let square = 0;
  for (let i = from; i < size; i++) {
    const [row, vi] = [i * size, v[i]];
    let sum = 0;
    for (let j = from; j < i; j++) {
      sum += lower[row + j] * v[j];
      w[j] += lower[row + j] * vi;
    }
    w[i] += sum + lower[row + i] * vi;
    square += vi * vi;
  }
  let along = 0;
  for (let i = from; i < size; i++) along += v[i] * w[i];
  // A − v wᵀ − w vᵀ with w = (2/vᵀv) (Av − (vᵀAv/vᵀv) v).
  for (let i = from; i < size; i++) w[i] = 2 / square * (w[i] - along / square * v[i]);
  for (let i = from; i < size; i++) {
    const [row, vi, wi] = [i * size, v[i], w[i]];
    for (let j = from; j <= i; j++) lower[row + j] -= vi * w[j] + wi * v[j];
  }
}

/** As {@linkcode symmetricEigenvalues}, with the unit eigenvectors as columns (ml-matrix: Householder tridiagonalisation and QL). */
export function symmetricEigenpairs(matrix: ArrayLike<number>, size: number): Eigenpairs {
  checkMatrix("eigenvalues", matrix, size);
  const symmetric = new Matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const entry = matrix[i * size + j] / 2 + matrix[j * size + i] / 2;
      symmetric.set(i, j, entry);
      symmetric.set(j, i, entry);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[a] - realEigenvalues[b]);
  const vectors = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let i = 0; i < size; i++) vectors[row * size + i] = eigenvectorMatrix.get(row, order[i]);
  }
  return { values: Float64Array.from(order, (i) => realEigenvalues[i]), vectors };
}
