/**
 * The lower triangular L with LLᵀ = A, computed on the host in 64 bits.
 *
 * @param matrix A: symmetric, size × size, row-major; its lower triangle is read.
 * @param name What the matrix is called in the message.
 * @returns size × size numbers, row-major, with zeros above the diagonal.
 * @throws If A is not positive definite.
 */
export function choleskyFactor(matrix: ArrayLike<number>, size: number, name: string): Float64Array {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = matrix[row * size + column];
      for (let k = 0; k < column; k++) rest -= factor[row * size + k] * factor[column * size + k];
      if (row === column && !(rest > 0)) {
        throw new Error(`${name}: expected a positive definite matrix, found the pivot ${rest} in row ${row}.`);
      }
      factor[row * size + column] = row === column ? Math.sqrt(rest) : rest / factor[column * size + column];
    }
  }
  return factor;
}
