import { UserError } from "./user_error.ts";

/** The largest number that a list may have. */
const MOST = 2 ** 24;

/**
 * Reads different positive whole numbers separated by commas.
 *
 * @param option The option that was given them, for the message.
 * @throws {UserError} For anything else, and for numbers beyond 2²⁴.
 */
export function parseWholeNumbers(option: string, text: string): number[] {
  const numbers = text.split(",").map((each) => /^\s*\d+\s*$/.test(each) ? Number(each) : NaN);
  if (numbers.every((n) => n >= 1 && n <= MOST) && new Set(numbers).size === numbers.length) return numbers;
  throw new UserError(
    `${option}: expected different integers from 1 to ${MOST}, separated by commas, found "${text}".`,
  );
}
