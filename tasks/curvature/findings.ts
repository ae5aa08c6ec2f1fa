import { counted } from "../shell/counted.ts";
import { answers } from "./answers.ts";
import { compareConditioning, compareOwnPreconditioning, compareRunConditioning } from "./comparisons/conditioning.ts";
import { compareDensity, compareDiagonals, compareGaussNewton, compareNoise } from "./comparisons/others.ts";
import { MEASUREMENTS } from "./measurements.ts";
import { type Part, resultsOf } from "./part.ts";
import { bySeries } from "./series.ts";

/** What compares the series, question by question; each says nothing where there is nothing to compare. */
const COMPARISONS: readonly ((parts: readonly Part[]) => string | undefined)[] = [
  compareDensity,
  compareConditioning,
  compareRunConditioning,
  compareOwnPreconditioning,
  compareGaussNewton,
  compareDiagonals,
  compareNoise,
];

/** What the measurements say: plain answers, then sentences that compare the series. */
export function findings(parts: readonly Part[]): string[] {
  return [...answers(parts), ...COMPARISONS.flatMap((compare) => compare(parts) ?? [])];
}

/** What each series shows, in one line with the number of its seeds. */
export function linesOfSeries(parts: readonly Part[]): string[] {
  return bySeries(parts).map(([series, own]) => {
    const texts = MEASUREMENTS.flatMap((measurement) => {
      const results = resultsOf(measurement, own as Part[]);
      return results.length === 0 ? [] : measurement.finding?.(results) ?? [];
    });
    const seeds = new Set(own.map(({ seed }) => seed)).size;
    return `${series} (${counted(seeds, "seed")}): ${texts.join(" ")}`;
  });
}
