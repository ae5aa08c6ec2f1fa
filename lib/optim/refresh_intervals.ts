import { HyperparameterError } from "../hyperparameter/hyperparameter_error.ts";

/** Each interval lasts until the step that is this many times as late as it is long. */
const LASTS = 8;

/** How refreshes follow each other: eigenbases turn fast at first and slowly later. */
export interface RefreshIntervals {
  /** Steps from one of the first refreshes to the next, at most `longest`. The interval doubles from there, together with the number of steps so far. */
  readonly first: number;
  /** The longest interval. */
  readonly longest: number;
}

/** What must fit together: numbers of steps, `longest` under a name of its own. */
interface FactorIntervals {
  readonly startEvery: number;
  readonly factorsEvery: number;
  readonly factorsWithin: number;
}

/**
 * Checks that the steps before each refresh update the factors of both sides.
 *
 * @param owner Whose options they are; it stands at the beginning of every message.
 * @param longest The name of the longest interval.
 * @throws {HyperparameterError} If they do not, or intervals or windows are longer than the longest interval.
 */
export function checkIntervals<Longest extends string>(
  owner: string,
  longest: Longest,
  options: FactorIntervals & Readonly<Record<Longest, number>>,
): void {
  const values: Readonly<Record<string, number>> = options;
  const limits = [
    ["startEvery", longest],
    ["factorsWithin", longest],
    ["factorsEvery", "startEvery"],
    ["factorsEvery", "factorsWithin"],
  ];
  for (const [name, limit] of limits) {
    if (values[name] <= values[limit]) continue;
    const reason = name === "factorsEvery" ? ", or some refreshes would follow no update of a factor" : "";
    throw new HyperparameterError(
      owner,
      name,
      `expected at most ${limit} (${values[limit]}), found ${values[name]}${reason}`,
    );
  }
}

function intervalAt(step: number, { first, longest }: RefreshIntervals): number {
  let interval = first;
  while (interval < longest && step >= LASTS * interval) interval = Math.min(2 * interval, longest);
  return interval;
}

/** The number of steps until the next refresh; 0 if one is due at this step. */
export function stepsToRefresh(step: number, intervals: RefreshIntervals): number {
  let next = step;
  // The interval may become longer on the way.
  while (next % intervalAt(next, intervals) !== 0) {
    const interval = intervalAt(next, intervals);
    next += interval - next % interval;
  }
  return next - step;
}

/** A step with a refresh after which all intervals are the longest, of so many steps. */
export function lateRefresh(longest: number): number {
  return LASTS * longest;
}
