/** The work between two read-backs, and within one submit, should take about this many milliseconds. */
const BETWEEN_READS = 300;
const WITHIN_SUBMIT = 100;

/**
 * Decides how many steps are made between two read-backs and within one submit, from the measured time of earlier steps. These numbers
 * never change results.
 */
export class Pace {
  #milliseconds = Infinity;
  #burst = 1;

  /** @param limit The most steps between two read-backs: the length of the ring buffer of losses. */
  constructor(readonly limit: number) {}

  /** The number of steps until the next read-back. */
  get burst(): number {
    return this.#burst;
  }

  /** The number of steps of one submit. */
  get submit(): number {
    return Math.max(1, Math.floor(WITHIN_SUBMIT / this.#milliseconds));
  }

  /** Adjusts the numbers to the measured time of a burst of steps. */
  took(steps: number, milliseconds: number): void {
    this.#milliseconds = milliseconds / steps;
    // The time of a short burst is mostly that of its read-back, so the burst grows by at most a factor of 4.
    const wanted = Math.floor(BETWEEN_READS / this.#milliseconds);
    this.#burst = Math.max(1, Math.min(wanted, this.#burst * 4, this.limit));
  }
}
