import { AssertionError } from "./assertion_error.ts";
import { describe, suffix } from "./describe.ts";

/** Throws unless both are the same value in the sense of `Object.is`. */
export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  if (Object.is(actual, expected)) return;
  throw new AssertionError(
    `Expected the very same value ${describe(expected)}, found ${describe(actual)}${suffix(msg)}`,
  );
}
