import { AssertionError } from "./assertion_error.ts";
import { suffix } from "./describe.ts";

/** Always throws. */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${suffix(msg)}`);
}
