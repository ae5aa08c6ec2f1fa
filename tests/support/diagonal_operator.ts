import { createVector, type Gpu, type Vector } from "../../mod.ts";
import type { SymmetricOperator } from "../../lib/curvature/mod.ts";
import { multiplyEntries } from "../../lib/linalg/multiply_entries.ts";

/** A diagonal matrix as an operator. */
export function diagonalOperator(gpu: Gpu, entries: Float32Array): SymmetricOperator & Disposable {
  const diagonal = createVector(gpu, entries);
  return {
    gpu,
    layout: diagonal.layout,
    apply: (direction: Vector, into: Vector) => multiplyEntries(gpu, diagonal, direction, into),
    [Symbol.dispose]: () => diagonal[Symbol.dispose](),
  };
}
