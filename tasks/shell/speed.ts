/** Measures steps per second, or the rate of another count, over a sliding window, so that a slow start does not bias estimates. */
export class Speed {
  readonly #marks: { readonly count: number; readonly seconds: number }[] = [];

  /** @param span Length of the window in seconds. */
  constructor(readonly span = 10) {}

  /**
   * Records the count that is reached at a time. Returns the rate per second within the window; undefined at the first call, because
   * what came before it may have been slower or faster.
   */
  update(count: number, seconds: number): number | undefined {
    this.#marks.push({ count, seconds });
    while (this.#marks.length > 2 && this.#marks[1].seconds <= seconds - this.span) this.#marks.shift();
    const [first] = this.#marks;
    return count > first.count && seconds > first.seconds
      ? (count - first.count) / (seconds - first.seconds)
      : undefined;
  }
}
