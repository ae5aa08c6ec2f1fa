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
  return series.map(([name, all]) => ({ name, results: bySteps(all).at(-1)![1] }));
}

/** "at the last checkpoint" or "at initialisation". */
export function momentOf(series: readonly ComparedSeries<unknown>[]): string {
  return series.some(({ results }) => isAlongRun(results)) ? "at the last checkpoint" : "at initialisation";
}

/** "1, 2 and 3". */
export function listText(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}
