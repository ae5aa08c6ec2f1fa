import type { OptionNames } from "../../hyperparameter/members.ts";

/** How to tune. */
export interface TuneOptions {
  /**
   * Seconds after which no further candidate is compiled; by default what is left of the 2 that a device has for all its
   * first uses, since a short run must not wait long for them.
   */
  readonly budget?: number;
  /** Whether to measure again what is known, every candidate and with more repeats. */
  readonly again?: boolean;
  /** Classes that are not measured in any case, for instance because they were measured just before. */
  readonly except?: ReadonlySet<string>;
  /** Stops tuning between two candidates by throwing the signal's reason; a class that is not finished stays unknown. */
  readonly signal?: AbortSignal;
}

/** The names of {@linkcode TuneOptions}. */
export const TUNE_OPTIONS: OptionNames<TuneOptions> = { budget: true, again: true, except: true, signal: true };

/** One measurement. */
export interface Measurement {
  /** The class of products, or "operands". */
  readonly subject: string;
  /**
   * Milliseconds of each candidate that was tried: by up to 512 rows, or where `tile` is near the fastest, of the sizes of squares by
   * all rows of the class; none where the budget was spent, and the choice is a guess.
   */
  readonly milliseconds: Readonly<Record<string, number>>;
  /** The fastest. */
  readonly choice: string;
}
