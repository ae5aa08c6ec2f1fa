import type { PairPace } from "./pair_pace.ts";
import type { RunRecord } from "./store.ts";

/** A run whose steps took longer than this times what is usual for its pair was held up by something else. */
export const HELD_UP = 1.5;

/**
 * Final runs of a pair that were held up: their results stand, since these depend on steps alone, but their times do not.
 *
 * @param runs Of one pair.
 * @param pace As measured beforehand.
 */
export function heldUp<R extends RunRecord>(runs: readonly R[], pace: PairPace): R[] {
  const whole = runs.filter(({ divergedAt }) => divergedAt === undefined);
  const paces = [pace.seconds / pace.steps, ...whole.map(({ seconds, steps }) => seconds / steps)].toSorted((a, b) =>
    a - b
  );
  const usual = paces[Math.floor((paces.length - 1) / 2)];
  return whole.filter(({ seconds, steps }) => seconds / steps > HELD_UP * usual);
}
