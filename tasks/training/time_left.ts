import type { TrainEvent } from "../../lib/train/train.ts";
import { secondsOfParts } from "./closing_parts.ts";
import type { RunParts } from "./run_parts.ts";

/** Estimates how long a run takes besides training, from the evaluations so far. */
export class TimeLeft {
  /** The seconds of the last evaluation. */
  #evaluation?: number;
  /** The seconds of all evaluations in this process. */
  #evaluations = 0;

  constructor(readonly parts: Pick<RunParts, "input" | "costs" | "deadline">) {}

  /** Notes how long an evaluation took. */
  measured(seconds: number): void {
    this.#evaluation = seconds;
    this.#evaluations += seconds;
  }

  /** Seconds of what follows training; 0 if they are not known. */
  get closing(): number {
    const { input, costs } = this.parts;
    if (this.#evaluation !== undefined) {
      return this.#evaluation + secondsOfParts(input.estimate?.(this.#evaluation).closing ?? []);
    }
    return costs === undefined ? 0 : costs.ending + secondsOfParts(costs.closing);
  }

  /**
   * Seconds that go to evaluations and to what follows training; undefined before the first evaluation, unless they were measured.
   *
   * @param training The seconds of the training to come.
   */
  besides(training: number, { seconds }: Pick<TrainEvent, "seconds">): number | undefined {
    const { costs, deadline } = this.parts;
    if (this.#evaluation === undefined && costs === undefined) return undefined;
    // Evaluations take the same share of the time as so far.
    const between = seconds > 0 ? training * this.#evaluations / seconds : 0;
    return Math.min(between + this.closing, (deadline?.left ?? Infinity) - training);
  }
}
