import { AssertionError } from "./assertion_error.ts";
import { describe, suffix } from "./describe.ts";

// deno-lint-ignore no-explicit-any
type Constructor = abstract new (...args: any[]) => any;

/** The type of what a constructor makes. */
export type GetConstructorType<T extends Constructor> = InstanceType<T>;

/** Throws unless `actual` is an instance of `expectedType`. */
export function assertInstanceOf<T extends Constructor>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is GetConstructorType<T> {
  if (actual instanceof expectedType) return;
  throw new AssertionError(`Expected an instance of ${expectedType.name}, found ${describe(actual)}${suffix(msg)}`);
}
