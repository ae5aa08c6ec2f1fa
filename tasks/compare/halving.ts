/**
 * The search for a learning rate and a schedule by successive halving (Jamieson & Talwalkar 2016): many candidates with short
 * runs, the better ones again with longer runs, from scratch and with the schedule stretched over the longer run, the best few
 * with runs as long as the final ones. All lengths are parts of a final run, and a search may not take more than a given sum of
 * them, so that every optimizer is searched for with the same effort.
 *
 * What is tried next follows from the results so far alone; an interrupted search goes on as if nothing had happened.
 *
 * @module
 */

/** What is searched for. */
export interface Candidate {
  /** The rate is the default one times 10^(exponent/2): half a decade a step. */
  readonly exponent: number;
  readonly schedule: SearchedSchedule;
}

/** Schedules that are tried with every rate. */
export const SEARCHED_SCHEDULES = ["constant", "cosine"] as const;

/** One of them. */
export type SearchedSchedule = typeof SEARCHED_SCHEDULES[number];

/** A candidate tried for a time. */
export interface Trial extends Candidate {
  /** Which of the lengths it had, from 0. */
  readonly rung: number;
}

/** What it gave. */
export interface TrialResult extends Trial {
  /** The larger the better; NaN when it diverged. */
  readonly score: number;
}

/** What the search came to. */
export interface Choice extends Candidate {
  /** Whether it has been tried for the time of a final run without diverging. */
  readonly confirmed: boolean;
  /** Whether a rate above it and one below have been tried with its schedule. */
  readonly bracketed: boolean;
}

/** How a search goes. */
export interface SearchOptions {
  /** Lengths of the trials in final runs, rising to 1. */
  readonly rungs: readonly number[];
  /** What all trials of a search may take together, in final runs. */
  readonly budget: number;
  /** Exponents that it begins with. */
  readonly exponents: readonly number[];
  /** Most candidates that come to each rung after the first. */
  readonly survivors: number;
  /** As many of them must be able to. */
  readonly finalists: number;
}

/** How optimizers are tuned. */
export const SEARCH: SearchOptions = {
  rungs: [1 / 9, 1 / 3, 1],
  budget: 4,
  exponents: [-2, 0, 2],
  survivors: 3,
  finalists: 2,
};

/** A decade, in exponents. */
const DECADE = 2;

/** Rounding of sums of thirds and ninths. */
const SLACK = 1e-9;

/** What is to be tried next; undefined when the search is over. */
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
    const [best] = finite(ranking(results, rung));
    if (best === undefined) continue;
    const { exponent, schedule } = best;
    return { exponent, schedule, confirmed: rung === last, bracketed: isBracketed(results, best) };
  }
  // Everything diverged: the lowest rate is the least hopeless.
  const exponent = Math.min(...options.exponents, ...results.map((each) => each.exponent));
  return { exponent, schedule: "cosine", confirmed: false, bracketed: false };
}

/** What trials have taken, in final runs. */
export function spent(results: readonly Trial[], { rungs }: SearchOptions = SEARCH): number {
  return results.reduce((sum, { rung }) => sum + rungs[rung], 0);
}

/**
 * The next candidate of the shortest trials: the grid; then, for the best of each schedule, rates a decade away until there are some
 * on both sides, and half a decade away; until this is done or only what the later rungs need is left.
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
  if (finite(ranked).length === 0) {
    return { exponent: Math.min(...tried.map(({ exponent }) => exponent)) - DECADE, schedule: "cosine" };
  }
  // The schedule with the fewest trials first: neither may use up what the other needs to get to its best rate.
  const bySchedule = SEARCHED_SCHEDULES.map((schedule) => ranked.filter((each) => each.schedule === schedule))
    .filter((each) => finite(each).length > 0).toSorted((a, b) => a.length - b.length);
  return bySchedule.map(openSide).find((side) => side !== undefined) ??
    bySchedule.map(between).find((side) => side !== undefined);
}

/** What to try on a side of the best on which nothing has been tried. */
function openSide([best, ...others]: readonly TrialResult[]): Candidate | undefined {
  const side = [-1, 1].find((sign) => others.every(({ exponent }) => sign * (exponent - best.exponent) < 0));
  return side === undefined ? undefined : { exponent: best.exponent + side * DECADE, schedule: best.schedule };
}

/** What to try half a decade from the best, towards the better neighbour first. */
function between([best, ...others]: readonly TrialResult[]): Candidate | undefined {
  const sides = others.filter(({ exponent }) => Math.abs(exponent - best.exponent) === DECADE)
    .map(({ exponent }) => (best.exponent + exponent) / 2);
  const exponent = sides.find((side) => others.every((each) => each.exponent !== side));
  return exponent === undefined ? undefined : { exponent, schedule: best.schedule };
}

/** Which candidates a rung tries: the best of the rung before, as many as leave enough for the rungs after it. */
function promoted(results: readonly TrialResult[], rung: number, options: SearchOptions): Candidate[] {
  const { rungs, budget, survivors, finalists } = options;
  const before = finite(ranking(results, rung - 1));
  const used = spent(results.filter((each) => each.rung < rung), options);
  const kept = rungs.slice(rung + 1).reduce((sum, length) => sum + finalists * length, 0);
  const affordable = Math.floor((budget - used - kept) / rungs[rung] + SLACK);
  return varied(before).slice(0, Math.max(0, Math.min(survivors, affordable)));
}

/**
 * The best of each schedule first: a schedule that falls over the whole run takes larger rates, and more time to pay off, than
 * the shortest trials show.
 */
function varied(ranked: readonly TrialResult[]): TrialResult[] {
  const first = SEARCHED_SCHEDULES.flatMap((schedule) => ranked.find((each) => each.schedule === schedule) ?? []);
  return [...ranked.filter((each) => first.includes(each)), ...ranked.filter((each) => !first.includes(each))];
}

/** Whether rates on both sides of a candidate's have been tried with its schedule. */
function isBracketed(results: readonly TrialResult[], { exponent, schedule }: Candidate): boolean {
  const exponents = results.filter((each) => each.schedule === schedule).map((each) => each.exponent);
  return exponents.some((each) => each < exponent) && exponents.some((each) => each > exponent);
}

function isTried(results: readonly TrialResult[], rung: number, { exponent, schedule }: Candidate): boolean {
  return results.some((each) => each.rung === rung && each.exponent === exponent && each.schedule === schedule);
}

/** Results of a rung, best first, those that diverged last; of equal ones the lower rate. */
function ranking(results: readonly TrialResult[], rung: number): TrialResult[] {
  const value = ({ score }: TrialResult) => Number.isNaN(score) ? -Infinity : score;
  const order = (a: TrialResult, b: TrialResult) =>
    value(a) === value(b) ? a.exponent - b.exponent : value(b) - value(a);
  return results.filter((each) => each.rung === rung).toSorted(order);
}

function finite(results: readonly TrialResult[]): TrialResult[] {
  return results.filter(({ score }) => Number.isFinite(score));
}
