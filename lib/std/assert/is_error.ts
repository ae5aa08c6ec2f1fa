import { AssertionError } from "./assertion_error.ts";
import { describe, suffix } from "./describe.ts";

/** The class of an error, as the assertions on thrown values take it. */
// deno-lint-ignore no-explicit-any
export type ErrorClass<E extends Error = Error> = abstract new (...args: any[]) => E;

/** The two forms of the last arguments of `assertThrows` and `assertRejects`, told apart. */
export interface Expectation {
  errorClass?: ErrorClass;
  msgIncludes?: string;
  msg?: string;
}

/** Tells `(msg)` from `(errorClass, msgIncludes, msg)`. */
export function expectation(classOrMsg?: ErrorClass | string, msgIncludes?: string, msg?: string): Expectation {
  if (typeof classOrMsg === "string") return { msg: classOrMsg };
  return { errorClass: classOrMsg, msgIncludes, msg };
}

/** Throws unless `error`, which was thrown or rejected with, is as expected. */
export function checkError(error: unknown, { errorClass, msgIncludes, msg }: Expectation): void {
  if (!errorClass) return;
  if (!(error instanceof errorClass)) {
    throw new AssertionError(`Expected an error of class ${errorClass.name}, found ${describe(error)}${suffix(msg)}`, {
      cause: error,
    });
  }
  if (msgIncludes !== undefined && !error.message.includes(msgIncludes)) {
    throw new AssertionError(
      `Expected an error message that contains ${describe(msgIncludes)}, found ${describe(error.message)}${
        suffix(msg)
      }`,
      { cause: error },
    );
  }
}
