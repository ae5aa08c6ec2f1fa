import type { Preconditioner } from "../linalg/preconditioner.ts";
import { matrixByRows } from "./matrix.ts";
import type { SymmetricOperator } from "./operator.ts";

/**
 * CᵀAC of an explicit symmetric matrix A, with D⁻¹ = CCᵀ; it has the eigenvalues of D^−½ A D^−½. It takes 2P products with Cᵀ in f32.
 *
 * @param matrix A: P × P numbers, row-major, in the flat order of the layout's P parameters.
 * @returns P × P numbers, row-major.
 * @throws If P is above 8192, or a product is not finite.
 */
export async function preconditionedMatrix(
  space: Pick<SymmetricOperator, "gpu" | "layout">,
  matrix: Float64Array,
  preconditioner: Preconditioner,
): Promise<Float64Array> {
  const size = space.layout.parameterCount;
  // Column i of CᵀX becomes row i of a matrix, which therefore is XᵀC.
  const transposedProduct = (of: Float64Array) =>
    matrixByRows(
      space,
      (column, i) => {
        for (let row = 0; row < size; row++) column[row] = of[row * size + i];
      },
      (column, into) => preconditioner.applyTransposedFactor(column, into),
    );
  // With X = A, which is symmetric, this is AC, and with X = AC its transpose (CᵀAC)ᵀ, which is symmetric too.
  return await transposedProduct(await transposedProduct(matrix));
}
