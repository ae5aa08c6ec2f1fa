/** What repeated measurements of one thing say. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How many there were. */
  readonly count: number;
}

/** The mean. NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The middle value; the mean of the two middle ones of an even number. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return Number.isInteger(half) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[Math.floor(half)];
}

/** Median and range. */
export function summarise(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), count: values.length };
}

/**
 * The median of a/b round by round. The two of a round were measured one after the other, so that a machine that slows down
 * during the run changes both. Rounds that only one of them had are left out.
 */
export function pairedRatio(a: readonly number[], b: readonly number[]): number {
  const rounds = Math.min(a.length, b.length);
  return median(Array.from({ length: rounds }, (_, i) => a[i] / b[i]));
}
