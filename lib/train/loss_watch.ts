import { DivergenceError } from "./divergence.ts";

/** A loss that is above the limit for so many steps does not come down again. */
const PATIENCE = 50;
/** So many last steps tell whether the losses are above the limit, because a single one may be below or above it by chance. */
const LAST = 10;

/** Notices that the losses stay above a limit. */
export class LossWatch {
  /** How many steps in a row were above. */
  #inARow = 0;
  /** Which of the last steps were above. */
  readonly #last: boolean[] = [];
  /** The number of steps after which the losses were below the limit for the last time. */
  #lastGood?: number;

  constructor(readonly limit: number) {}

  /** Whether the losses are above the limit after the last step: its own, or most of the last 10. */
  get isAbove(): boolean {
    return this.#last.at(-1) === true || this.#isMostlyAbove;
  }

  /**
   * Looks at the losses of further steps.
   *
   * @param end The number of steps made after them.
   * @param isLast Whether no steps follow.
   * @throws {DivergenceError} If the losses of the last 50 steps are above the limit, or, after the last step, most of the last 10.
   */
  look(losses: Float32Array, end: number, isLast: boolean): void {
    const first = end - losses.length;
    this.#lastGood ??= first;
    for (const [i, loss] of losses.entries()) {
      const isAbove = loss > this.limit;
      this.#inARow = isAbove ? this.#inARow + 1 : 0;
      this.#last.push(isAbove);
      if (this.#last.length > LAST) this.#last.shift();
      if (!this.isAbove) this.#lastGood = first + i + 1;
    }
    if (this.#inARow < PATIENCE && !(isLast && this.#isMostlyAbove)) return;
    const [loss, limit, lastGood] = [losses.at(-1), this.limit, this.#lastGood];
    throw new DivergenceError({ step: end, quantity: "loss", loss, limit, lastGood });
  }

  get #isMostlyAbove(): boolean {
    return 2 * this.#last.filter((isAbove) => isAbove).length > this.#last.length;
  }
}
