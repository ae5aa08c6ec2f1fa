/** Steps, or what else is counted, a second over the last while, so that a slow start does not spoil what is said of the end. */
export class Speed {
  readonly #marks: { readonly count: number; readonly seconds: number }[] = [];

  /** @param span Seconds that it looks back. */
  constructor(readonly span = 10) {}

  /**
   * Takes how far things are; returns the count a second, undefined at the first call, because what lies before is not known to be
   * like what comes.
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
