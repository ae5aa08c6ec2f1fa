/** The work between two read-backs, and within one submit, should take about this many milliseconds. */
const BETWEEN_READS = 300;
const WITHIN_SUBMIT = 100;
/** What was recorded is submitted after so many milliseconds, so that the device works on it while more is recorded. */
const PROMPTLY = 2;

/**
 * Decides how many steps are made between two read-backs and within one submit, from the clock and the measured time of earlier steps.
 * These numbers never change results.
 */
export class Pace {
  #milliseconds = Infinity;
  #burst = 1;
  /** Steps since the last submit. */
  #recorded = 0;
  #begun = 0;

  /** @param limit The most steps between two read-backs: the length of the ring buffer of losses. */
  constructor(readonly limit: number) {}

  /** The number of steps until the next read-back. */
  get burst(): number {
    return this.#burst;
  }

  /** Says that steps will be recorded, after a submit. */
  begin(): void {
    this.#recorded = 0;
    this.#begun = performance.now();
  }

  /** Counts a step that was recorded. Returns whether it is to be submitted now, with those before it. */
  isDue(): boolean {
    const isLong = ++this.#recorded * this.#milliseconds >= WITHIN_SUBMIT;
    if (!isLong && performance.now() - this.#begun < PROMPTLY) return false;
    this.begin();
    return true;
  }

  /** Adjusts the numbers to the measured time of a burst of steps. */
  took(steps: number, milliseconds: number): void {
    this.#milliseconds = milliseconds / steps;
    // The time of a short burst is mostly that of its read-back, so the burst grows by at most a factor of 4.
    const wanted = Math.floor(BETWEEN_READS / this.#milliseconds);
    this.#burst = Math.max(1, Math.min(wanted, this.#burst * 4, this.limit));
  }
}
