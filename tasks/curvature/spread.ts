import type { Measurement } from "./measure.ts";

/** Measurements by the name of their series, in the order of their first ones. */
export function bySeries(measurements: readonly Measurement[]): Map<string, Measurement[]> {
  const groups = new Map<string, Measurement[]>();
  for (const each of measurements) groups.set(each.series, [...groups.get(each.series) ?? [], each]);
  return groups;
}

/** The mean of numbers. */
export function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

/** "0.0163 ± 0.0004": the mean and, of several numbers, their standard deviation. Large and small numbers keep three digits. */
export function spreadText(numbers: readonly number[], decimals: number): string {
  const mean = meanOf(numbers);
  if (!Number.isFinite(mean)) return numbers.map((each) => text(each, decimals)).join(", ");
  const squares = numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (numbers.length - 1));
  return numbers.length > 1 ? `${text(mean, decimals)} ± ${text(deviation, decimals)}` : text(mean, decimals);
}

function text(number: number, decimals: number): string {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "unknown" : "infinite";
  return Math.abs(number) >= 1e5 ? number.toPrecision(3) : number.toFixed(decimals);
}
