import { AssertionError } from "./assertion_error.ts";
import { suffix } from "./describe.ts";
import { checkError, type ErrorClass, expectation } from "./is_error.ts";

/** Throws unless the promise that `fn` returns rejects; returns what it rejected with. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Throws unless the promise rejects with an `errorClass` whose message contains `msgIncludes`; returns the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  errorClassOrMsg?: ErrorClass | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const expected = expectation(errorClassOrMsg, msgIncludes, msg);
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    throw new AssertionError(`Expected a rejected promise, but the function threw${suffix(expected.msg)}`, {
      cause: error,
    });
  }
  try {
    await promise;
  } catch (error) {
    checkError(error, expected);
    return error;
  }
  throw new AssertionError(`Expected the promise to reject${suffix(expected.msg)}`);
}
