import { mean } from "../../shell/statistics.ts";
import { rangeText } from "../factor_text.ts";
import { spreadText } from "../spread_text.ts";
import type { StoredSpectrum } from "./stored_spectrum.ts";

/** The columns of a table with the figures of spectra. */
export const SPECTRA_COLUMNS = [
  ...["largest", "/ 0.9", "/ 0.75", "/ median", "/ 0.25"],
  ...["above 1e-2", "above 1e-4", "above 1e-6", "spread"],
];

/** The cells of one row: the figures of the spectra of several seeds. */
export function spectraCells(spectra: readonly StoredSpectrum[]): string[] {
  const text = (figure: (spectrum: StoredSpectrum) => number, decimals?: number) => {
    const numbers = spectra.map(figure);
    return spreadText(numbers, decimals ?? (mean(numbers) < 20 ? 1 : 0));
  };
  return [
    rangeText(spectra.map(({ largest }) => largest), 3),
    ...(["0.9", "0.75", "0.5", "0.25"] as const).map((quantile) => text(({ ratio }) => ratio[quantile])),
    ...(["1e-2", "1e-4", "1e-6"] as const).map((share) => text(({ above }) => above[share], 0)),
    text(({ logSpread }) => logSpread, 2),
  ];
}
