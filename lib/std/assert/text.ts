import { AssertionError } from "./assertion_error.ts";
import { describe, suffix } from "./describe.ts";

/** Throws unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected a string that contains ${describe(expected)}, found ${describe(actual)}${suffix(msg)}`,
  );
}

/** Throws unless `expected` matches `actual`. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) return;
  throw new AssertionError(`Expected a string that matches ${expected}, found ${describe(actual)}${suffix(msg)}`);
}
