import { checkEntries } from "./check_entries.ts";
import { symmetricEigenvalues } from "./eigenvalues.ts";
import { quantileOf } from "./quantile.ts";

/** The quantiles of |eigenvalues| with which the largest is compared. */
const QUANTILES = [0.9, 0.75, 0.5, 0.25] as const;

/** The shares of the largest |eigenvalue| above which eigenvalues are counted. */
const SHARES = [1e-2, 1e-4, 1e-6] as const;

/**
 * How widely the eigenvalues of a matrix are spread. A condition number is not among these figures: the spectra of neural fields go down
 * to 0 without a gap, so that a condition number with a cut-off returns the cut-off, whatever the matrix is.
 */
export interface SpectrumFigures {
  /** The largest |eigenvalue|. */
  readonly largest: number;
  /** The largest |eigenvalue| over the quantiles 0.9, 0.75, 0.5 and 0.25 of all, by the quantile; Infinity where a quantile is 0. */
  readonly ratio: Readonly<Record<string, number>>;
  /** How many |eigenvalues| are above the shares 1e−2, 1e−4 and 1e−6 of the largest, by the share ("1e-2"). */
  readonly above: Readonly<Record<string, number>>;
  /** The standard deviation of log₁₀ |eigenvalue| of those above 1e−10 of the largest; 0 where all are 0. */
  readonly logSpread: number;
}

/**
 * Measures how widely eigenvalues are spread (docs/math.md, section 6).
 *
 * @param eigenvalues At least one, in any order and of any sign.
 * @throws If there is none or one is not finite.
 */
export function spectrumFigures(eigenvalues: ArrayLike<number>): SpectrumFigures {
  if (eigenvalues.length === 0) throw new Error("spectrumFigures: expected at least one eigenvalue, found none.");
  checkEntries("spectrumFigures", eigenvalues);
  const sizes = Float64Array.from(eigenvalues, Math.abs).sort();
  const largest = sizes[sizes.length - 1];
  const above = (share: number) => sizes.filter((size) => size > share * largest);
  const logs = above(1e-10).map(Math.log10);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length;
  const ratio = (quantile: number) => {
    const size = quantileOf(sizes, quantile);
    return size > 0 ? largest / size : Infinity;
  };
  return {
    largest,
    ratio: Object.fromEntries(QUANTILES.map((quantile) => [`${quantile}`, ratio(quantile)])),
    above: Object.fromEntries(SHARES.map((share) => [share.toExponential(), above(share).length])),
    logSpread: logs.length > 0 ? Math.sqrt(variance) : 0,
  };
}

/**
 * The eigenvalues of D^−½ A D^−½, the matrix that an optimizer meets which divides by the square root of D on both sides.
 *
 * @param matrix A: symmetric, size × size, row-major, with size the length of `diagonal`.
 * @param diagonal d ≥ 0, not all 0. 1e−6 of its largest entry is added, so that entries of 0 have a meaning.
 * @returns [size], ascending.
 * @throws If lengths do not fit or d has a negative entry.
 */
export function preconditionedEigenvalues(matrix: ArrayLike<number>, diagonal: ArrayLike<number>): Float64Array {
  const size = diagonal.length;
  const scale = inverseRoots(diagonal);
  const scaled = Float64Array.from(matrix, (entry, at) => entry * scale[Math.floor(at / size)] * scale[at % size]);
  return symmetricEigenvalues(scaled, size);
}

/**
 * (d + 1e−6 max d)^−½ for each entry of a diagonal preconditioner.
 *
 * @throws If an entry is negative or not finite, or all are 0.
 */
export function inverseRoots(diagonal: ArrayLike<number>): Float64Array {
  const entries = Float64Array.from(diagonal);
  const largest = entries.reduce((most, entry) => Math.max(most, entry), 0);
  const at = entries.findIndex((entry) => !(entry >= 0 && entry < Infinity));
  if (at >= 0) throw new Error(`preconditioner: expected entries of at least 0, found ${entries[at]} at ${at}.`);
  if (largest === 0) throw new Error("preconditioner: expected an entry above 0, found only zeros.");
  return entries.map((entry) => 1 / Math.sqrt(entry + 1e-6 * largest));
}
