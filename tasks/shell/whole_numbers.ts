import { UserError } from "./user_error.ts";

/** The largest number that a list may contain. */
const MOST = 2 ** 24;

/**
 * Parses integers separated by commas.
 *
 * @param option The option that has this value, for the error message.
 * @param least The smallest number that the list may contain, at least 1.
 * @throws {UserError} If the text is anything else, a number occurs twice, or one is smaller or larger than 2²⁴.
 */
export function parseWholeNumbers(option: string, text: string, least = 1): number[] {
  const numbers = text.split(",").map((each) => /^\s*\d+\s*$/.test(each) ? Number(each) : NaN);
  if (numbers.every((n) => n >= least && n <= MOST) && new Set(numbers).size === numbers.length) return numbers;
  throw new UserError(
    `${option}: expected different integers from ${least} to ${MOST}, separated by commas, found "${text}".`,
  );
}
