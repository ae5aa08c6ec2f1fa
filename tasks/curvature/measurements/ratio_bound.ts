import type { StoredSpectrum } from "./stored_spectrum.ts";

/**
 * Eigenvalues of matrices whose products are computed in 32 bits are right to about 1e-6 of the largest. A ratio of the largest to one that
 * is smaller than that only has this as a lower bound.
 */
const MOST_RATIO = 1e6;

const QUANTILES = ["0.5", "0.75", "0.9"] as const;
type Quantile = typeof QUANTILES[number];

/** Whether a ratio of |eigenvalues| is only a lower bound. */
export function isRounding(ratio: number): boolean {
  return !(ratio < MOST_RATIO);
}

/** The smallest of the quantiles 0.5, 0.75 and 0.9 at which none of the ratios is rounding; 0.9 if there is none. */
export function comparableQuantile(spectra: readonly StoredSpectrum[]): Quantile {
  return QUANTILES.find((quantile) => spectra.every(({ ratio }) => !isRounding(ratio[quantile]))) ?? "0.9";
}

/** "the median one", "the one at quantile 0.75". */
export function quantileText(quantile: Quantile): string {
  return quantile === "0.5" ? "the median one" : `the one at quantile ${quantile}`;
}

/** A ratio as `text` says it, or "at least 1e6 (rounding)" if one of the seeds has no more than a bound. */
export function boundedText(ratios: readonly number[], text: (ratios: readonly number[]) => string): string {
  if (!ratios.some(isRounding)) return text(ratios);
  const least = ratios.reduce((a, b) => isRounding(b) ? a : Math.min(a, b), MOST_RATIO);
  return `at least ${least < MOST_RATIO ? Number(least.toPrecision(2)) : "1e6"} (rounding)`;
}
