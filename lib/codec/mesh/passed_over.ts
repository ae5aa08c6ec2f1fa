/** Counts what a reader passes over, and makes one warning of each kind. */
export class PassedOver {
  readonly #kinds = new Map<string, { count: number; first: string }>();

  /**
   * Counts one thing.
   *
   * @param what What it is, in plural: `lines with an unknown statement`.
   * @param place The first one's place: `line 12`. It is called once for each kind.
   */
  add(what: string, place: () => string): void {
    const kind = this.#kinds.get(what);
    if (kind === undefined) this.#kinds.set(what, { count: 1, first: place() });
    else kind.count++;
  }

  /** One sentence for each kind: `x.obj: passed over lines with an unknown statement: 2, the first is line 12.` */
  sentences(name: string): string[] {
    return Array.from(
      this.#kinds,
      ([what, { count, first }]) =>
        `${name}: passed over ${what}: ${count === 1 ? "" : `${count}, the first is `}${first}.`,
    );
  }
}
