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

/** What the measurements say: sentences that compare the series, then one line for each series. */
export function findings(parts: readonly Part[]): string[] {
  const comparing = COMPARISONS.flatMap((compare) => compare(parts) ?? []);
  const ofSeries = bySeries(parts).map(([series, own]) => {
    const texts = MEASUREMENTS.flatMap((measurement) => {
      const results = resultsOf(measurement, own as Part[]);
      return results.length === 0 ? [] : measurement.finding?.(results) ?? [];
    });
    return `${series}: ${texts.join(" ")}`;
  });
  return [...comparing, ...ofSeries];
}
