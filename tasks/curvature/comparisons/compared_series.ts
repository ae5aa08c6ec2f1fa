import type { Result } from "../measurement.ts";
import { bySeries, bySteps, isAlongRun } from "../series.ts";

/** A series in a comparison. */
export interface ComparedSeries<R> {
  readonly name: string;
  /** Its results at its last step, or at initialisation: one for each seed. */
  readonly results: readonly Result<R>[];
}

/** The series of results at their last steps; undefined if there are not at least two, so that nothing can be compared. */
export function lastOfSeries<R>(results: readonly Result<R>[]): readonly ComparedSeries<R>[] | undefined {
  const series = bySeries(results);
  if (series.length < 2) return undefined;
  return series.map(([name, all]) => ({ name, results: bySteps(all).reduce((a, b) => b[0] > a[0] ? b : a)[1] }));
}

/** "at initialisation", "at step 8", or "at the last steps with results (8 of a, 4 of b)". */
export function momentOf(series: readonly ComparedSeries<unknown>[]): string {
  if (!series.some(({ results }) => isAlongRun(results))) return "at initialisation";
  const steps = series.map(({ results: [{ step }] }) => step);
  if (steps.every((step) => step === steps[0])) return `at step ${steps[0]}`;
  return `at the last steps with results (${series.map(({ name }, i) => `${steps[i]} of ${name}`).join(", ")})`;
}

/** "1, 2 and 3". */
export function listText(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}
