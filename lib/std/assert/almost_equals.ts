import { AssertionError } from "./assertion_error.ts";
import { suffix } from "./describe.ts";

/** Throws unless `|actual − expected| ≤ tolerance`, by default one ten-millionth of the expected value. */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, msg?: string): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  const difference = Math.abs(expected - actual);
  if (difference <= allowed) return;
  throw new AssertionError(
    `Expected ${expected} within ${allowed}, found ${actual}, which differs by ${difference}${suffix(msg)}`,
  );
}
