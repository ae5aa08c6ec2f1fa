import { mean, median } from "../shell/statistics.ts";

/** A figure over several runs. */
export interface Spread {
  /** The median over seeds; over several inputs the mean of these. */
  readonly centre: number;
  /** The extremes over seeds; over several inputs one standard deviation about the mean. */
  readonly low: number;
  readonly high: number;
}

/**
 * Sums up a figure.
 *
 * @param values By input, then by seed; at least one of each.
 */
export function spreadOf(values: readonly (readonly number[])[]): Spread {
  if (values.length === 1) {
    return { centre: middle(values[0]), low: Math.min(...values[0]), high: Math.max(...values[0]) };
  }
  const centres = values.map(middle);
  const centre = mean(centres);
  if (!Number.isFinite(centre)) return { centre, low: centre, high: centre };
  const deviation = Math.sqrt(centres.reduce((sum, each) => sum + (each - centre) ** 2, 0) / (centres.length - 1));
  return { centre, low: centre - deviation, high: centre + deviation };
}

/** The median, also where some values are infinite, whose mean with another may be none. */
function middle(values: readonly number[]): number {
  const found = median(values);
  return Number.isNaN(found) ? values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] : found;
}
