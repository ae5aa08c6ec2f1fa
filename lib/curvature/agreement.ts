import { quantileOf } from "./quantile.ts";

/** How well two diagonals x and y with entries ≥ 0 agree, entry by entry. Logarithms are of base 10. */
export interface DiagonalAgreement {
  /** The number of entries that are above 0 in both, which alone count in all figures but `difference`. */
  readonly entries: number;
  /** The number of the other entries: those that are 0 in x or in y. */
  readonly ignored: number;
  /** Pearson's correlation of log x and log y; NaN where one of them does not vary. */
  readonly correlation: number;
  /** The median of x/y. NaN, as are the next two, where no entry counts. */
  readonly medianRatio: number;
  /** The standard deviation of log(x/y): 0.3 is a factor of two. It does not depend on a common factor of x or y. */
  readonly logSpread: number;
  /** The median of |log(x/y)|, in which a common factor counts. */
  readonly medianDistance: number;
  /** ‖x − y‖/√((‖x‖² + ‖y‖²)/2), over all entries; 0 where both are 0. */
  readonly difference: number;
  /** Where the pairs (log x, log y) lie. */
  readonly histogram: LogLogHistogram;
}

/** Pairs of logarithms, counted in bins × bins rectangles. Edges go from the smallest to the largest logarithm. */
export interface LogLogHistogram {
  /** [bins + 1] edges of log₁₀ x. */
  readonly x: Float64Array;
  /** [bins + 1] edges of log₁₀ y. */
  readonly y: Float64Array;
  /** [bins × bins] pairs in each rectangle, row-major: `counts[row * bins + column]`, with a row for each bin of y. */
  readonly counts: Uint32Array;
}

/**
 * Compares two diagonals with entries ≥ 0, for instance Adam's √ŝ with the Gauss-Newton diagonal (docs/math.md, section 6).
 *
 * @param x [P]
 * @param y [P]
 * @param bins The number of bins of the histogram along each axis.
 * @throws If the lengths differ, or an entry is negative or not finite.
 */
export function diagonalAgreement(
  x: Float32Array | Float64Array,
  y: Float32Array | Float64Array,
  bins = 60,
): DiagonalAgreement {
  if (x.length !== y.length) {
    throw new Error(`diagonalAgreement: expected diagonals of one length, found ${x.length} and ${y.length} entries.`);
  }
  checkEntries(x);
  checkEntries(y);
  const [logX, logY] = logarithmsOf(x, y);
  const logRatio = logX.map((log, i) => log - logY[i]);
  return {
    entries: logX.length,
    ignored: x.length - logX.length,
    correlation: correlationOf(logX, logY),
    medianRatio: 10 ** quantileOf(logRatio.toSorted(), 0.5),
    logSpread: Math.sqrt(covariance(logRatio, logRatio)),
    medianDistance: quantileOf(logRatio.map(Math.abs).sort(), 0.5),
    difference: differenceOf(x, y),
    histogram: histogramOf(logX, logY, bins),
  };
}

function checkEntries(entries: Float32Array | Float64Array): void {
  const at = entries.findIndex((entry) => !(entry >= 0 && entry < Infinity));
  if (at >= 0) {
    throw new Error(`diagonalAgreement: expected finite entries of at least 0, found ${entries[at]} at ${at}.`);
  }
}

/** log₁₀ of the entries that are above 0 in both. */
function logarithmsOf(
  x: Float32Array | Float64Array,
  y: Float32Array | Float64Array,
): [Float64Array, Float64Array] {
  const [logX, logY] = [new Float64Array(x.length), new Float64Array(x.length)];
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    if (!(x[i] > 0 && y[i] > 0)) continue;
    logX[count] = Math.log10(x[i]);
    logY[count] = Math.log10(y[i]);
    count++;
  }
  return [logX.subarray(0, count), logY.subarray(0, count)];
}

/** Pearson's correlation. Numbers that are all equal have none, although rounding may leave them a variance. */
function correlationOf(x: Float64Array, y: Float64Array): number {
  const constant = [x, y].some((numbers) => numbers.every((each) => each === numbers[0]));
  return constant ? NaN : covariance(x, y) / Math.sqrt(covariance(x, x) * covariance(y, y));
}

/** The mean product of deviations from the means; NaN of no numbers. */
function covariance(x: Float64Array, y: Float64Array): number {
  const [meanX, meanY] = [meanOf(x), meanOf(y)];
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] - meanX) * (y[i] - meanY);
  return sum / x.length;
}

function meanOf(numbers: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i];
  return sum / numbers.length;
}

function differenceOf(x: Float32Array | Float64Array, y: Float32Array | Float64Array): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    difference += (x[i] - y[i]) ** 2;
    size += (x[i] ** 2 + y[i] ** 2) / 2;
  }
  return size > 0 ? Math.sqrt(difference / size) : 0;
}

function histogramOf(logX: Float64Array, logY: Float64Array, bins: number): LogLogHistogram {
  const [x, y] = [logX, logY].map((logs) => edgesOf(logs, bins));
  const counts = new Uint32Array(bins * bins);
  for (let i = 0; i < logX.length; i++) counts[binOf(logY[i], y) * bins + binOf(logX[i], x)]++;
  return { x, y, counts };
}

/** Edges at equal distances from the smallest to the largest number, or around a number that is the only one. */
function edgesOf(numbers: Float64Array, bins: number): Float64Array {
  const least = numbers.reduce((least, each) => Math.min(least, each), Infinity);
  const most = numbers.reduce((most, each) => Math.max(most, each), -Infinity);
  const [low, high] = numbers.length === 0 ? [0, 1] : least < most ? [least, most] : [least - 0.5, least + 0.5];
  return Float64Array.from({ length: bins + 1 }, (_, i) => low + (high - low) * i / bins);
}

function binOf(number: number, edges: Float64Array): number {
  const bins = edges.length - 1;
  const place = Math.floor((number - edges[0]) / (edges[bins] - edges[0]) * bins);
  return Math.min(bins - 1, Math.max(0, place));
}
