import { AssertionError } from "./assertion_error.ts";
import { describe, suffix } from "./describe.ts";

function check<T>(holds: boolean, relation: string, actual: T, expected: T, msg: string | undefined): void {
  if (holds) return;
  throw new AssertionError(
    `Expected a value ${relation} ${describe(expected)}, found ${describe(actual)}${suffix(msg)}`,
  );
}

/** Throws unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  check(actual > expected, ">", actual, expected, msg);
}

/** Throws unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  check(actual >= expected, ">=", actual, expected, msg);
}

/** Throws unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  check(actual < expected, "<", actual, expected, msg);
}

/** Throws unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  check(actual <= expected, "<=", actual, expected, msg);
}
