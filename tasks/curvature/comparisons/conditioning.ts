import { factorText } from "../factor_text.ts";
import type { Part } from "../part.ts";
import { resultsOf } from "../part.ts";
import { conditioning } from "../measurements/conditioning.ts";
import { ownPreconditioning, ratiosUnder } from "../measurements/own_preconditioner.ts";
import { measuredIn, runConditioning, spectraUnder } from "../measurements/run_conditioning.ts";
import { PRECONDITIONERS } from "../measurements/under.ts";
import { type ComparedSeries, lastOfSeries, momentOf } from "./compared_series.ts";

type Name = typeof PRECONDITIONERS[number];

/** Ratios of a series under one preconditioner, for each seed in the same order; none where it has no such one. */
type RatiosOf<R> = (series: ComparedSeries<R>, name: Name) => readonly number[];

/** How well preconditioners condition the Hessians of small fields at initialisation. */
export function compareConditioning(parts: readonly Part[]): string | undefined {
  const series = lastOfSeries(resultsOf(conditioning, parts));
  return series &&
    textOf(
      series,
      "largest |eigenvalue| over the median one, small fields",
      ({ results }, name) => name === "own" ? [] : results.map(({ result }) => result[name].ratio["0.5"]),
    );
}

/** How well preconditioners condition the explicit Hessians of runs. */
export function compareRunConditioning(parts: readonly Part[]): string | undefined {
  const series = lastOfSeries(measuredIn(resultsOf(runConditioning, parts)));
  return series &&
    textOf(
      series,
      "largest |eigenvalue| over the median one",
      ({ results }, name) => spectraUnder(results, name).map(({ ratio }) => ratio["0.5"]),
    );
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
      return under.length === 0 ? [] : { name: each.name, numbers: under.map((ratio, i) => without[i] / ratio) };
    });
    if (factors.length === 0) return [];
    return [[name, factors.map((each) => `${each.name} ${factorText(each.numbers)} times`)] as const];
  });
  const [[subject, [one, ...rest]], ...others] = texts;
  const first = [`${SUBJECTS[subject]} conditions ${one} better than nothing`, ...rest].join(", ");
  const further = others.map(([name, factors]) => `${SUBJECTS[name]} ${factors.join(", ")}`);
  return `Conditioning ${momentOf(series)} (${measure}): ${[first, ...further].join("; ")}.`;
}

const SUBJECTS: Readonly<Record<Exclude<Name, "none">, string>> = {
  equilibrated: "the equilibrated diagonal",
  Jacobi: "Jacobi's diagonal",
  "Gauss-Newton": "the Gauss-Newton diagonal",
  own: "what the optimizer divides by",
};
