import { deviation, mean } from "../shell/statistics.ts";

/**
 * "0.0163 ± 0.0004": the mean and, of several numbers, their standard deviation with one significant digit, or two where it begins with 1. Of
 * numbers that are all the same it is that number alone.
 *
 * @param decimals The decimals of a number without a deviation.
 */
export function spreadText(numbers: readonly number[], decimals: number): string {
  const centre = mean(numbers);
  if (!Number.isFinite(centre)) return numbers.map((each) => text(each, decimals)).join(", ");
  const spread = deviation(numbers);
  // What is left of equal numbers is rounding.
  if (!(spread > 1e-12 * Math.abs(centre) && spread < Infinity)) return text(centre, decimals);
  const power = Math.min(lastDigit(spread, 1.95), centre === 0 ? Infinity : lastDigit(Math.abs(centre), 10));
  return `${rounded(centre, power)} ± ${rounded(spread, power)}`;
}

/** The power of ten of the last of a number's significant digits: two where its first digits are below a limit, or else one. */
function lastDigit(number: number, limit: number): number {
  const power = Math.floor(Math.log10(number));
  return number / 10 ** power < limit ? power - 1 : power;
}

/** A number up to a power of ten. Numbers with a long row of zeros get an exponent. */
function rounded(number: number, power: number): string {
  const size = Math.floor(Math.log10(Math.abs(number)));
  if (number === 0 || size < power) return (0).toFixed(Math.min(6, Math.max(0, -power)));
  if (power < -6 || size >= 5) return Number(number.toExponential(size - power)).toExponential();
  return Number(number.toPrecision(size - power + 1)).toFixed(Math.max(0, -power));
}

function text(number: number, decimals: number): string {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "unknown" : "infinite";
  return Math.abs(number) >= 1e5 ? number.toPrecision(3) : number.toFixed(decimals);
}
