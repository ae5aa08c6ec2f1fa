import type { StepCheckpoint } from "./checkpoints.ts";

/** Which checkpoints are kept along a run besides the newest ones: the last one in each of so many equal parts of all steps. */
export interface CheckpointSpread {
  readonly parts: number;
  /** The steps of the whole run. */
  readonly steps: number;
}

/** Which checkpoints stay. */
interface Kept {
  /** How many of the newest ones. */
  readonly keep: number;
  /** Which ones along the run besides; none by default. */
  readonly spread?: CheckpointSpread;
}

/**
 * The checkpoints that later ones have replaced: the oldest ones if there are too many, but for those that are kept along the run, and
 * interim ones. While the newest checkpoint is an interim one, the interim one before it stays, in case the newest is damaged.
 *
 * @param all The checkpoints of a run, sorted by step.
 * @param newest The name of the one that was written last, which stays.
 */
export function replacedCheckpoints(
  all: readonly StepCheckpoint[],
  newest: string,
  { keep, spread }: Kept,
): StepCheckpoint[] {
  const interims = all.filter(({ interim }) => interim);
  const kept = interims.some(({ name }) => name === newest) ? 2 : 0;
  const evaluated = all.filter(({ interim }) => !interim);
  const along = spread === undefined ? [] : lastOfParts(evaluated, spread);
  const surplus = evaluated.slice(0, -keep).filter((each) => !along.includes(each));
  return [...surplus, ...interims.slice(0, interims.length - kept)].filter(({ name }) => name !== newest);
}

/** The last checkpoint in each part of a run, of those that are sorted by step. */
function lastOfParts(sorted: readonly StepCheckpoint[], { parts, steps }: CheckpointSpread): StepCheckpoint[] {
  return [...new Map(sorted.map((each) => [Math.ceil(each.step * parts / steps), each])).values()];
}

/**
 * Checks how many of the newest checkpoints are kept, and returns the number; 3 by default.
 *
 * @throws {RangeError} If it is neither a whole number from 1 nor Infinity.
 */
export function checkKeep(keep = 3): number {
  if (keep !== Infinity && !(Number.isSafeInteger(keep) && keep >= 1)) {
    throw new RangeError(`run folder: keep must be a whole number from 1, or Infinity, found ${keep}.`);
  }
  return keep;
}
