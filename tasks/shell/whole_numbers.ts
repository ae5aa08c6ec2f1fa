import { UserError } from "./user_error.ts";

/** Positive whole numbers separated by commas. */
export function parseWholeNumbers(option: string, text: string): number[] {
  const numbers = text.split(",").map(Number);
  if (!numbers.every((n) => Number.isInteger(n) && n > 0)) {
    throw new UserError(`${option}: positive whole numbers separated by commas expected, "${text}" found.`);
  }
  return numbers;
}
