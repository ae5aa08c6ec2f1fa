import type { PairPace } from "./record.ts";
import type { RunRecord } from "./record.ts";

/** A run counts as disturbed if its steps took more than this many times the usual time of its pair. */
export const SLOWDOWN_LIMIT = 1.5;

/**
 * Finds final runs that were disturbed by other load on the device. Their results are valid, because these depend on the number of
 * steps alone, but their times are not.
 *
 * @param runs The final runs of one pair.
 * @param pace The pair's speed as it was measured beforehand, if it was.
 */
export function disturbedRuns<R extends RunRecord>(runs: readonly R[], pace?: PairPace): R[] {
  const whole = runs.filter(({ divergedAt }) => divergedAt === undefined);
  const measured = pace === undefined ? [] : [pace.seconds / pace.steps];
  const paces = [...measured, ...whole.map(({ seconds, steps }) => seconds / steps)].toSorted((a, b) => a - b);
  const usual = paces[Math.floor((paces.length - 1) / 2)];
  return whole.filter(({ seconds, steps }) => seconds / steps > SLOWDOWN_LIMIT * usual);
}
