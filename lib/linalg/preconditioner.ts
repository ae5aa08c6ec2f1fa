import type { Vector } from "./vector.ts";

/**
 * A symmetric positive definite matrix D by which an optimizer divides, known by a factor C of its inverse: D⁻¹ = CCᵀ. For a diagonal D,
 * C is D^−½. CᵀAC has the eigenvalues of D^−½ A D^−½ for every such C.
 */
export interface Preconditioner {
  /** Records `into` = C · `direction`. Both have the layout of the parameters and are different vectors. The padding of both is 0. */
  applyFactor(direction: Vector, into: Vector): void;
  /** Records `into` = Cᵀ · `direction`, likewise. */
  applyTransposedFactor(direction: Vector, into: Vector): void;
}
