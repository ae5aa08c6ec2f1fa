import { mean, median } from "../shell/statistics.ts";

/** Centre and range of a figure over several runs. */
export interface Spread {
  /** The median over seeds; for several inputs the mean of their medians. */
  readonly centre: number;
  /** The minimum over seeds; for several inputs the mean minus one standard deviation. */
  readonly low: number;
  /** The maximum over seeds; for several inputs the mean plus one standard deviation. */
  readonly high: number;
}

/**
 * Computes centre and range of a figure.
 *
 * @param values The figure by input, then by seed; at least one of each.
 */
export function spreadOf(values: readonly (readonly number[])[]): Spread {
  if (values.length === 1) {
    return { centre: middle(values[0]), low: Math.min(...values[0]), high: Math.max(...values[0]) };
  }
  const centres = values.map(middle);
  const sum = mean(centres);
  // One that diverged outweighs a perfect fit.
  const centre = Number.isNaN(sum) ? Math.min(...centres) : sum;
  if (!Number.isFinite(centre)) return { centre, low: centre, high: centre };
  const deviation = Math.sqrt(centres.reduce((sum, each) => sum + (each - centre) ** 2, 0) / (centres.length - 1));
  return { centre, low: centre - deviation, high: centre + deviation };
}

/** The median. If the mean of the two middle values is NaN, because they are infinite, it is the lower of the two. */
function middle(values: readonly number[]): number {
  const found = median(values);
  return Number.isNaN(found) ? values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] : found;
}
