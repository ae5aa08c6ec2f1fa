import { spectrumFigures } from "../../../lib/curvature/spectrum.ts";
import { number, object, type Shaped } from "../../shell/shape.ts";
import type { Figure } from "../measurement.ts";
import { type Decomposition, eigenvaluesOf } from "./eigenvalues.ts";

const any = number({ nonFinite: true });

/** How widely eigenvalues are spread, as it is stored. */
export const storedSpectrum = object({
  largest: any,
  /** The largest |eigenvalue| over the quantiles of all. */
  ratio: object({ "0.9": any, "0.75": any, "0.5": any, "0.25": any }),
  /** How many are above shares of the largest. */
  above: object({ "1e-2": any, "1e-4": any, "1e-6": any }),
  logSpread: any,
});

/** The figures of a spectrum by their names. */
export type StoredSpectrum = Shaped<typeof storedSpectrum>;

/**
 * The figures of the spectra of symmetric matrices, without a preconditioner or under diagonal ones.
 *
 * @param signal Ends the work.
 */
export async function spectraOf(all: readonly Decomposition[], signal: AbortSignal): Promise<StoredSpectrum[]> {
  const eigenvalues = await eigenvaluesOf(all, signal);
  return eigenvalues.map((values) => spectrumFigures(values) as StoredSpectrum);
}

/** The figures for a report's table. */
export function figuresOfSpectrum(
  whose: string,
  of: string,
  { largest, ratio, above, logSpread }: StoredSpectrum,
): Figure[] {
  const entries = (values: Readonly<Record<string, number>>, name: (key: string) => string) =>
    Object.entries(values).map(([key, value]): Figure => [`${whose}: ${name(key)}`, of, value]);
  return [
    [`${whose}: largest |eigenvalue|`, of, largest],
    ...entries(ratio, (quantile) => `largest over quantile ${quantile}`),
    ...entries(above, (share) => `|eigenvalues| above ${share} of the largest`),
    [`${whose}: spread of log10 |eigenvalue|`, of, logSpread],
  ];
}
