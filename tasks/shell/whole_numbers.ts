import { UserError } from "./user_error.ts";

/** The largest number that a list may contain. */
const MOST = 2 ** 24;

/**
 * Parses positive integers separated by commas.
 *
 * @param option The option that has this value, for the error message.
 * @throws {UserError} If the text is anything else, a number occurs twice, or one is larger than 2²⁴.
 */
export function parseWholeNumbers(option: string, text: string): number[] {
  const numbers = text.split(",").map((each) => /^\s*\d+\s*$/.test(each) ? Number(each) : NaN);
  if (numbers.every((n) => n >= 1 && n <= MOST) && new Set(numbers).size === numbers.length) return numbers;
  throw new UserError(
    `${option}: expected different integers from 1 to ${MOST}, separated by commas, found "${text}".`,
  );
}
