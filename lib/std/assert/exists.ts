import { AssertionError } from "./assertion_error.ts";
import { describe, suffix } from "./describe.ts";

/** Throws if `actual` is null or undefined. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    throw new AssertionError(
      `Expected a value that is neither null nor undefined, found ${describe(actual)}${suffix(msg)}`,
    );
  }
}
