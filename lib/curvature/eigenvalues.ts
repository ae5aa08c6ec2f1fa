import { EigenvalueDecomposition, Matrix } from "npm:ml-matrix@6.15.1";
import { checkMatrix } from "./check_entries.ts";

/** The eigenvalues and unit eigenvectors of a symmetric matrix. */
interface Eigenpairs {
  /** The eigenvalues, in ascending order. */
  readonly values: Float64Array;
  /** Component `row` of eigenvector i at `vectors[row * size + i]`. */
  readonly vectors: Float64Array;
}

/**
 * The eigenvalues of the symmetric matrix (A + Aᵀ)/2, in f64 on the host (ml-matrix: Householder tridiagonalisation and QL).
 *
 * @param matrix A: size × size numbers, row-major.
 * @param size The number of rows.
 * @returns [size], ascending.
 * @throws If the number of entries is not size² or an entry is not finite.
 */
export function symmetricEigenvalues(matrix: ArrayLike<number>, size: number): Float64Array {
  return symmetricEigenpairs(matrix, size).values;
}

/** As {@linkcode symmetricEigenvalues}, with the unit eigenvectors as columns. */
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
