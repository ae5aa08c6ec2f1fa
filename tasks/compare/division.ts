import { SEARCH } from "./halving.ts";

/** What a comparison has to divide its time among. */
export interface Division {
  /** Pairs of an optimizer and an activation. */
  readonly pairs: number;
  readonly seeds: number;
  readonly inputs: number;
  readonly tune: boolean;
}

/** On how many inputs candidates are tried, so that tuning takes about as much time as the final runs. */
export function tuningInputs({ seeds, inputs, tune }: Omit<Division, "pairs">): number {
  return tune ? Math.min(inputs, Math.max(1, Math.round(seeds * inputs / SEARCH.budget))) : 0;
}

/** Most training of a whole comparison, in final runs. */
export function finalRunsInAll(division: Division): number {
  const { pairs, seeds, inputs } = division;
  return pairs * (seeds * inputs + tuningInputs(division) * SEARCH.budget);
}

/** Training time of each final run. */
export function secondsPerFinalRun(budget: number, division: Division): number {
  return budget / finalRunsInAll(division);
}
