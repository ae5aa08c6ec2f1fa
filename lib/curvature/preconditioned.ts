import { createVector, type Vector } from "../linalg/vector.ts";
import { multiplyEntries } from "../linalg/multiply_entries.ts";
import type { Preconditioner } from "../linalg/preconditioner.ts";
import type { CurvatureOperator, SymmetricOperator } from "./operator.ts";
import { inverseRoots } from "./spectrum.ts";

/**
 * A diagonal preconditioner. The caller must dispose it.
 *
 * @param diagonal d ≥ 0 in flat order; 1e−6 of its largest entry is added (docs/math.md, section 6).
 * @throws If an entry is negative or not finite, or all are 0.
 */
export function diagonalPreconditioner(
  { gpu, layout }: Pick<SymmetricOperator, "gpu" | "layout">,
  diagonal: ArrayLike<number>,
): Preconditioner & Disposable {
  const scale = createVector(gpu, layout, "inverse root of a preconditioner");
  scale.write(inverseRoots(diagonal));
  const apply = (direction: Vector, into: Vector) => multiplyEntries(gpu, scale, direction, into);
  return { applyFactor: apply, applyTransposedFactor: apply, [Symbol.dispose]: () => scale[Symbol.dispose]() };
}

/**
 * CᵀAC as an operator, with D⁻¹ = CCᵀ; it has the eigenvalues of D^−½ A D^−½. It owns neither A nor D. The caller must dispose it.
 */
export function preconditionedOperator(operator: SymmetricOperator, preconditioner: Preconditioner): CurvatureOperator {
  const { gpu, layout } = operator;
  const [scaled, product] = ["scaled direction", "product"].map((label) => createVector(gpu, layout, label));
  return {
    gpu,
    layout,
    async apply(direction, into) {
      preconditioner.applyFactor(direction, scaled);
      await operator.apply(scaled, product);
      preconditioner.applyTransposedFactor(product, into);
    },
    [Symbol.dispose]() {
      scaled[Symbol.dispose]();
      product[Symbol.dispose]();
    },
  };
}
