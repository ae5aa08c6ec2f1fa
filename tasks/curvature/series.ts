import type { Result } from "./measurement.ts";

/** Results by the names of their series, in the order of their first ones. */
export function bySeries<R>(results: readonly Result<R>[]): [name: string, results: Result<R>[]][] {
  return [...Map.groupBy(results, ({ series }) => series)];
}

/** Results by the training step, of one series. */
export function bySteps<R>(results: readonly Result<R>[]): [step: number, results: Result<R>[]][] {
  return [...Map.groupBy(results, ({ step }) => step)];
}

/** The results of each series at its last step. */
export function lastSteps<R>(
  results: readonly Result<R>[],
): { readonly name: string; readonly results: Result<R>[] }[] {
  return bySeries(results).map(([name, all]) => ({ name, results: bySteps(all).at(-1)![1] }));
}

/** Whether results are those of several moments of a run. */
export function isAlongRun(results: readonly Result<unknown>[]): boolean {
  return results.some(({ step }) => step > 0);
}
