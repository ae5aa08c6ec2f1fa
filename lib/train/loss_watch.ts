import { DivergenceError } from "./divergence.ts";

/** A loss that is above the limit for so many steps does not come down again. */
const PATIENCE = 50;
/** At the end of training, so many last steps decide. */
const LAST = 10;

/** Notices that the losses stay above a limit. */
export class LossWatch {
  #above = 0;
  #seen = 0;

  constructor(readonly limit: number) {}

  /**
   * Looks at the losses of further steps.
   *
   * @param end The number of steps made after them.
   * @param isLast Whether no steps follow.
   * @throws {DivergenceError} If the losses of the last 50 steps are above the limit, or, after the last step, of the last 10.
   */
  look(losses: Float32Array, end: number, isLast: boolean): void {
    const good = losses.findLastIndex((loss) => loss <= this.limit);
    this.#above = good < 0 ? this.#above + losses.length : losses.length - 1 - good;
    this.#seen += losses.length;
    if (this.#above < (isLast ? Math.min(LAST, this.#seen) : PATIENCE)) return;
    const lastGood = end - this.#above;
    throw new DivergenceError({ step: end, quantity: "loss", loss: losses.at(-1), limit: this.limit, lastGood });
  }
}
