import { AssertionError } from "./assertion_error.ts";
import { describe, suffix } from "./describe.ts";
import { equal } from "./equal.ts";

/** Throws unless both are deeply equal. For arrays the message names the first entry that differs. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    `Values are not equal${suffix(msg)}\n${firstDifference(actual, expected)}` +
      `    actual: ${describe(actual)}\n  expected: ${describe(expected)}`,
  );
}

/** Throws if both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(`Expected a value other than ${describe(expected)}${suffix(msg)}`);
}

/** One line on where two arrays differ first; nothing for other values. */
function firstDifference(actual: unknown, expected: unknown): string {
  if (!isArrayLike(actual) || !isArrayLike(expected)) return "";
  if (actual.length !== expected.length) return `  lengths differ: ${actual.length} and ${expected.length}\n`;
  for (let i = 0; i < actual.length; i++) {
    if (!equal(actual[i], expected[i])) {
      return `  first difference at [${i}]: ${describe(actual[i])}, expected ${describe(expected[i])}\n`;
    }
  }
  return "";
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}
