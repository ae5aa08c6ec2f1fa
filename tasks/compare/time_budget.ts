import { SEARCH } from "./halving.ts";

/** The numbers that determine how the training time of a comparison is divided. */
interface ComparisonSize {
  /** Pairs of an optimizer and an activation. */
  readonly pairs: number;
  readonly seeds: number;
  readonly inputs: number;
  readonly tune: boolean;
}

/** The number of inputs that are used for tuning, chosen so that tuning takes about as much time as the final runs. */
export function tuningInputs({ seeds, inputs, tune }: Omit<ComparisonSize, "pairs">): number {
  return tune ? Math.min(inputs, Math.max(1, Math.round(seeds * inputs / SEARCH.budget))) : 0;
}

/** The most training time of a whole comparison, measured in final runs. */
export function finalRunsInAll(size: ComparisonSize): number {
  const { pairs, seeds, inputs } = size;
  return pairs * (seeds * inputs + tuningInputs(size) * SEARCH.budget);
}

/** The training time of each final run, in seconds, if the whole comparison trains for at most `budget` seconds. */
export function secondsPerFinalRun(budget: number, size: ComparisonSize): number {
  return budget / finalRunsInAll(size);
}
