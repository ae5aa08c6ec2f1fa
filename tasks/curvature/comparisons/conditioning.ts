import { factorText } from "../factor_text.ts";
import type { Part } from "../part.ts";
import { resultsOf } from "../part.ts";
import { conditioning } from "../measurements/conditioning.ts";
import { ownPreconditioning, ratiosUnder } from "../measurements/own_preconditioner.ts";
import { measuredIn, runConditioning, spectraUnder } from "../measurements/run_conditioning.ts";
import { comparableQuantile, isRounding, quantileText } from "../measurements/ratio_bound.ts";
import type { StoredSpectrum } from "../measurements/stored_spectrum.ts";
import { PRECONDITIONERS } from "../measurements/under.ts";
import { type ComparedSeries, lastOfSeries, momentOf } from "./compared_series.ts";

type Name = typeof PRECONDITIONERS[number];

/** Ratios of a series under one preconditioner, for each seed in the same order; none where it has no such one. */
type RatiosOf<R> = (series: ComparedSeries<R>, name: Name) => readonly number[];

/** How well preconditioners condition the Hessians of small fields at initialisation. */
export function compareConditioning(parts: readonly Part[]): string | undefined {
  const series = lastOfSeries(resultsOf(conditioning, parts));
  return series && spectraText(
    series,
    ", small fields",
    ({ results }, name) => name === "own" ? [] : results.map(({ result }) => result[name]),
  );
}

/** How well preconditioners condition the explicit Hessians of runs. */
export function compareRunConditioning(parts: readonly Part[]): string | undefined {
  const series = lastOfSeries(measuredIn(resultsOf(runConditioning, parts)));
  return series && spectraText(series, "", ({ results }, name) => spectraUnder(results, name));
}

/** Compares by the ratio to the median |eigenvalue|, or to that at a larger quantile where ratios to the median are rounding. */
function spectraText<R>(
  series: readonly ComparedSeries<R>[],
  whose: string,
  spectraOf: (series: ComparedSeries<R>, name: Name) => readonly StoredSpectrum[],
): string {
  const all = PRECONDITIONERS.flatMap((name) => series.flatMap((each) => spectraOf(each, name)));
  const quantile = comparableQuantile(all);
  const why = quantile === "0.5" ? "" : ", because ratios to the median one are rounding";
  const measure = `largest |eigenvalue| over ${quantileText(quantile)}${whose}${why}`;
  return textOf(series, measure, (each, name) => spectraOf(each, name).map(({ ratio }) => ratio[quantile]));
}

/** How well preconditioners condition the Hessians of runs of any size; not where all have explicit ones, which say more. */
export function compareOwnPreconditioning(parts: readonly Part[]): string | undefined {
  const explicit = new Set(measuredIn(resultsOf(runConditioning, parts)).map(({ series }) => series));
  const series = lastOfSeries(resultsOf(ownPreconditioning, parts));
  if (series === undefined || series.every(({ name }) => explicit.has(name))) return undefined;
  return textOf(series, "largest |eigenvalue| over the rms one", ({ results }, name) => ratiosUnder(results, name));
}

function textOf<R>(series: readonly ComparedSeries<R>[], measure: string, ratiosOf: RatiosOf<R>): string {
  const texts = PRECONDITIONERS.filter((name) => name !== "none").flatMap((name) => {
    const factors = series.flatMap((each) => {
      const [without, under] = [ratiosOf(each, "none"), ratiosOf(each, name)];
      return under.length === 0 ? [] : { name: each.name, without, under };
    });
    if (factors.length === 0) return [];
    return [[name, factors.map((each) => `${each.name} ${timesText(each)}`)] as const];
  });
  const [[subject, [one, ...rest]], ...others] = texts;
  const first = [`${SUBJECTS[subject]} conditions ${one} better than nothing`, ...rest].join(", ");
  const further = others.map(([name, factors]) => `${SUBJECTS[name]} ${factors.join(", ")}`);
  return `Conditioning ${momentOf(series)} (${measure}): ${[first, ...further].join("; ")}.`;
}

/** How many times better: "1.7 times". Ratios that are rounding cannot be compared. */
function timesText(
  { without, under }: { readonly without: readonly number[]; readonly under: readonly number[] },
): string {
  if ([...without, ...under].some(isRounding)) return "an unknown number of times (at least one ratio is rounding)";
  return `${factorText(under.map((ratio, i) => without[i] / ratio))} times`;
}

const SUBJECTS: Readonly<Record<Exclude<Name, "none">, string>> = {
  equilibrated: "the equilibrated diagonal",
  Jacobi: "Jacobi's diagonal",
  "Gauss-Newton": "the Gauss-Newton diagonal",
  own: "what the optimizer divides by",
};
