/** How long work is recorded and run between two looks of the host, and within one submit. */
const BETWEEN_READS = 300;
const WITHIN_SUBMIT = 100;

/**
 * How many steps go between two read-backs and into one submit, from what steps have taken so far. The pace never changes
 * results.
 */
export class Pace {
  #milliseconds = Infinity;
  #burst = 1;

  /** @param limit Most steps between two read-backs: the entries of the ring of losses. */
  constructor(readonly limit: number) {}

  /** Steps until the next read-back. */
  get burst(): number {
    return this.#burst;
  }

  /** Steps of one submit. */
  get submit(): number {
    return Math.max(1, Math.floor(WITHIN_SUBMIT / this.#milliseconds));
  }

  /** Learns from a burst. */
  took(steps: number, milliseconds: number): void {
    this.#milliseconds = milliseconds / steps;
    // A burst that was quick for its read-back says little of the next; grow by steps.
    const wanted = Math.floor(BETWEEN_READS / this.#milliseconds);
    this.#burst = Math.max(1, Math.min(wanted, this.#burst * 4, this.limit));
  }
}
