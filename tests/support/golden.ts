export { describe, type GoldenField, goldenFields, relativeError } from "../../tasks/gpu_check/golden_fields.ts";

/** Σ aᵢbᵢ in f64. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
