/**
 * The search for the best learning rate and schedule by successive halving (Jamieson & Talwalkar 2016). Many candidates are tried in
 * short runs, the better ones again in longer runs, and the best few in runs as long as the final ones. Every run starts from
 * scratch, with the schedule stretched over its length. Lengths are measured in final runs, and their sum is limited, so that
 * every optimizer gets the same search time.
 *
 * The next trial follows from the results so far alone, so an interrupted search can be continued.
 *
 * @module
 */

/** A candidate of the search. */
export interface Candidate {
  /** The learning rate in half decades from the default one: rate = default × 10^(exponent/2). */
  readonly exponent: number;
  readonly schedule: SearchedSchedule;
}

/** The schedules that are tried with every learning rate. */
export const SEARCHED_SCHEDULES = ["constant", "cosine"] as const;

/** One of the schedules that are tried. */
export type SearchedSchedule = typeof SEARCHED_SCHEDULES[number];

/** A run of a candidate. */
export interface Trial extends Candidate {
  /** Index of the run's length in `rungs`. */
  readonly rung: number;
}

/** A finished trial. */
export interface TrialResult extends Trial {
  /** The quality that was reached, the larger the better; NaN if the run diverged. */
  readonly score: number;
}

/** The result of the search. */
export interface Choice extends Candidate {
  /** Whether the candidate has been tried in a run as long as a final one without diverging. */
  readonly confirmed: boolean;
  /** Whether a higher and a lower learning rate have been tried with its schedule. */
  readonly bracketed: boolean;
}

/** Options of the search. */
interface SearchOptions {
  /** Lengths of the trials as parts of a final run, rising to 1. */
  readonly rungs: readonly number[];
  /** The most that all trials of a search may take together, in final runs. */
  readonly budget: number;
  /** The exponents of the first trials. */
  readonly exponents: readonly number[];
  /** The most candidates that are promoted to each rung after the first. */
  readonly survivors: number;
  /** The number of candidates for which the first rung leaves enough budget on each later rung. */
  readonly finalists: number;
}

/** The search that tunes optimizers. */
export const SEARCH: SearchOptions = {
  rungs: [1 / 9, 1 / 3, 1],
  budget: 4,
  exponents: [-2, 0, 2],
  survivors: 3,
  finalists: 2,
};

/** A factor of ten, in exponents. */
const DECADE = 2;

/** Tolerance for rounding errors in sums of thirds and ninths. */
const SLACK = 1e-9;

/** The next trial to make; undefined if the search is over. */
export function nextTrial(results: readonly TrialResult[], options: SearchOptions = SEARCH): Trial | undefined {
  const first = firstRung(results, options);
  if (first !== undefined) return { ...first, rung: 0 };
  for (let rung = 1; rung < options.rungs.length; rung++) {
    const next = promoted(results, rung, options).find((candidate) => !isTried(results, rung, candidate));
    if (next !== undefined) return { exponent: next.exponent, schedule: next.schedule, rung };
  }
  return undefined;
}

/** The best candidate of the longest trials so far. */
export function choose(results: readonly TrialResult[], options: SearchOptions = SEARCH): Choice {
  const last = options.rungs.length - 1;
  for (let rung = last; rung >= 0; rung--) {
    const [best] = whole(ranking(results, rung));
    if (best === undefined) continue;
    const { exponent, schedule } = best;
    return { exponent, schedule, confirmed: rung === last, bracketed: isBracketed(results, best) };
  }
  // If every trial diverged, the lowest learning rate is most likely to converge.
  const exponent = Math.min(...options.exponents, ...results.map((each) => each.exponent));
  return { exponent, schedule: "cosine", confirmed: false, bracketed: false };
}

/** The sum of the lengths of trials, in final runs. */
export function spent(results: readonly Trial[], { rungs }: SearchOptions = SEARCH): number {
  return results.reduce((sum, { rung }) => sum + rungs[rung], 0);
}

/**
 * The next candidate of the shortest trials. The grid of all first exponents and schedules comes first. Then, around the best of each
 * schedule, rates a decade away are tried until there are some on both sides, then rates half a decade away. The first rung ends when
 * this is done, or when only the budget for the later rungs is left; then the result is undefined.
 */
function firstRung(results: readonly TrialResult[], options: SearchOptions): Candidate | undefined {
  const { rungs, budget, exponents, finalists } = options;
  for (const exponent of exponents) {
    for (const schedule of SEARCHED_SCHEDULES) {
      if (!isTried(results, 0, { exponent, schedule })) return { exponent, schedule };
    }
  }
  const tried = results.filter(({ rung }) => rung === 0);
  const kept = rungs.slice(1).reduce((sum, length) => sum + finalists * length, 0);
  if (spent(tried, options) + rungs[0] + kept > budget + SLACK) return undefined;
  const ranked = ranking(results, 0);
  if (whole(ranked).length === 0) {
    return { exponent: Math.min(...tried.map(({ exponent }) => exponent)) - DECADE, schedule: "cosine" };
  }
  // The schedule with the fewest trials comes first, so that neither uses up the budget that the other needs to find its best rate.
  const bySchedule = SEARCHED_SCHEDULES.map((schedule) => ranked.filter((each) => each.schedule === schedule))
    .filter((each) => whole(each).length > 0).toSorted((a, b) => a.length - b.length);
  return bySchedule.map(outward).find((side) => side !== undefined) ??
    bySchedule.map(inward).find((side) => side !== undefined);
}

/** A candidate on the side of the best on which no rate has been tried; undefined if rates on both sides have been. */
function outward([best, ...others]: readonly TrialResult[]): Candidate | undefined {
  const side = [-1, 1].find((sign) => others.every(({ exponent }) => sign * (exponent - best.exponent) < 0));
  return side === undefined ? undefined : { exponent: best.exponent + side * DECADE, schedule: best.schedule };
}

/** A candidate half a decade from the best that has not been tried, first towards the better neighbour. */
function inward([best, ...others]: readonly TrialResult[]): Candidate | undefined {
  const sides = others.filter(({ exponent }) => Math.abs(exponent - best.exponent) === DECADE)
    .map(({ exponent }) => (best.exponent + exponent) / 2);
  const exponent = sides.find((side) => others.every((each) => each.exponent !== side));
  return exponent === undefined ? undefined : { exponent, schedule: best.schedule };
}

/** The candidates of a rung: the best of the rung before, as many as leave enough budget for the later rungs. */
function promoted(results: readonly TrialResult[], rung: number, options: SearchOptions): Candidate[] {
  const { rungs, budget, survivors, finalists } = options;
  const before = whole(ranking(results, rung - 1));
  const used = spent(results.filter((each) => each.rung < rung), options);
  const kept = rungs.slice(rung + 1).reduce((sum, length) => sum + finalists * length, 0);
  const affordable = Math.floor((budget - used - kept) / rungs[rung] + SLACK);
  return bestOfEachScheduleFirst(before).slice(0, Math.max(0, Math.min(survivors, affordable)));
}

/**
 * Moves the best of each schedule to the front. This keeps both schedules in the search, because a schedule that decreases over the
 * whole run allows larger rates and pays off only in longer runs, which the shortest trials cannot show.
 */
function bestOfEachScheduleFirst(ranked: readonly TrialResult[]): TrialResult[] {
  const first = SEARCHED_SCHEDULES.flatMap((schedule) => ranked.find((each) => each.schedule === schedule) ?? []);
  return [...ranked.filter((each) => first.includes(each)), ...ranked.filter((each) => !first.includes(each))];
}

/** Whether both a higher and a lower learning rate have been tried with a candidate's schedule. */
function isBracketed(results: readonly TrialResult[], { exponent, schedule }: Candidate): boolean {
  const exponents = results.filter((each) => each.schedule === schedule).map((each) => each.exponent);
  return exponents.some((each) => each < exponent) && exponents.some((each) => each > exponent);
}

function isTried(results: readonly TrialResult[], rung: number, { exponent, schedule }: Candidate): boolean {
  return results.some((each) => each.rung === rung && each.exponent === exponent && each.schedule === schedule);
}

/** The results of a rung, the best first and diverged ones last. Of equal scores the lower rate comes first. */
function ranking(results: readonly TrialResult[], rung: number): TrialResult[] {
  const value = ({ score }: TrialResult) => Number.isNaN(score) ? -Infinity : score;
  const order = (a: TrialResult, b: TrialResult) =>
    value(a) === value(b) ? a.exponent - b.exponent : value(b) - value(a);
  return results.filter((each) => each.rung === rung).toSorted(order);
}

function whole(results: readonly TrialResult[]): TrialResult[] {
  return results.filter(({ score }) => !Number.isNaN(score));
}
