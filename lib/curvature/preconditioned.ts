import { createVector, type Vector } from "../linalg/vector.ts";
import { multiplyEntries } from "./multiply_entries.ts";
import type { CurvatureOperator, SymmetricOperator } from "./operator.ts";
import { inverseRoots } from "./spectrum.ts";

/** A symmetric positive definite matrix D by which a gradient is divided, known by its inverse root. */
export interface Preconditioner {
  /** Records `into` = D^−½ · `direction`. Both vectors have the field's layout and are different vectors. */
  applyInverseRoot(direction: Vector, into: Vector): void;
}

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
  return {
    applyInverseRoot: (direction, into) => multiplyEntries(gpu, scale, direction, into),
    [Symbol.dispose]: () => scale[Symbol.dispose](),
  };
}

/** D^−½ A D^−½ as an operator. It owns neither A nor D. The caller must dispose it. */
export function preconditionedOperator(operator: SymmetricOperator, preconditioner: Preconditioner): CurvatureOperator {
  const { gpu, layout } = operator;
  const [scaled, product] = ["scaled direction", "product"].map((label) => createVector(gpu, layout, label));
  return {
    gpu,
    layout,
    async apply(direction, into) {
      preconditioner.applyInverseRoot(direction, scaled);
      await operator.apply(scaled, product);
      preconditioner.applyInverseRoot(product, into);
    },
    [Symbol.dispose]() {
      scaled[Symbol.dispose]();
      product[Symbol.dispose]();
    },
  };
}
