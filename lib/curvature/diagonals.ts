import { checkMatrix } from "./check_entries.ts";

/**
 * The equilibrated preconditioner D^E = √diag(A²), the 2-norms of a symmetric matrix's rows (Dauphin et al. 2015).
 *
 * @param matrix A: size × size numbers, row-major.
 * @returns [size]
 * @throws If the number of entries is not size² or an entry is not finite.
 */
export function equilibratedDiagonal(matrix: ArrayLike<number>, size: number): Float64Array {
  checkMatrix("equilibratedDiagonal", matrix, size);
  return Float64Array.from({ length: size }, (_, row) => {
    let sum = 0;
    for (let column = 0; column < size; column++) sum += matrix[row * size + column] ** 2;
    return Math.sqrt(sum);
  });
}

/**
 * The Jacobi preconditioner D^J = |diag A|. Of a Gauss-Newton matrix this is the Gauss-Newton diagonal.
 *
 * @param matrix A: size × size numbers, row-major.
 * @returns [size]
 * @throws If the number of entries is not size² or an entry is not finite.
 */
export function jacobiDiagonal(matrix: ArrayLike<number>, size: number): Float64Array {
  checkMatrix("jacobiDiagonal", matrix, size);
  return Float64Array.from({ length: size }, (_, row) => Math.abs(matrix[row * size + row]));
}
