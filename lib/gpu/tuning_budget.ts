/** Time for compiling candidates in order to compare them. */
export class TuningBudget implements Disposable {
  readonly #begin = performance.now();
  readonly #seconds: number;
  readonly #settle: (secondsLeft: number) => void;

  /**
   * Starts the clock.
   *
   * @param seconds The seconds that may be spent.
   * @param settle Called with what is left when the budget is disposed.
   */
  constructor(seconds: number, settle: (secondsLeft: number) => void) {
    this.#seconds = seconds;
    this.#settle = settle;
  }

  /** Whether nothing more may be compiled. */
  get spent(): boolean {
    return this.#left <= 0;
  }

  /** Whether fewer seconds are left than these. */
  hasLessThan(seconds: number): boolean {
    return this.#left < seconds;
  }

  /** Ends the budget, and reports what is left. */
  [Symbol.dispose](): void {
    this.#settle(Math.max(0, this.#left));
  }

  get #left(): number {
    return this.#seconds - (performance.now() - this.#begin) / 1000;
  }
}
