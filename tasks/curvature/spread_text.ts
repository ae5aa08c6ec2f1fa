import { deviation, mean } from "../shell/statistics.ts";

/** "0.0163 ± 0.0004": the mean and, of several numbers, their standard deviation. Large numbers keep three digits. */
export function spreadText(numbers: readonly number[], decimals: number): string {
  const centre = mean(numbers);
  if (!Number.isFinite(centre)) return numbers.map((each) => text(each, decimals)).join(", ");
  return numbers.length > 1
    ? `${text(centre, decimals)} ± ${text(deviation(numbers), decimals)}`
    : text(centre, decimals);
}

function text(number: number, decimals: number): string {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "unknown" : "infinite";
  return Math.abs(number) >= 1e5 ? number.toPrecision(3) : number.toFixed(decimals);
}
