/**
 * The work between two read-backs takes about this many milliseconds: each of them leaves the device idle for some 12, and a signal is
 * noticed only there.
 */
export const BETWEEN_READS = 1000;
/** The work within one submit should take about this many milliseconds. */
const WITHIN_SUBMIT = 100;
/** What is recorded first is submitted after so many milliseconds, so that the device works on it while more is recorded. */
const PROMPTLY = 2;
/** The most by which the time of recording a submit grows from one to the next: many submits cost host and device some time each. */
const GROWTH = 2;

/**
 * Decides how many steps are made between two read-backs and within one submit, from the clock and the measured time of earlier steps.
 * These numbers never change results.
 */
export class Pace {
  #milliseconds = Infinity;
  #burst = 1;
  /** Steps since the last submit. */
  #recorded = 0;
  /** When its recording began, and how many milliseconds it may take. */
  #begun = 0;
  #recording = PROMPTLY;

  /**
   * @param limit The most steps between two read-backs: the length of the ring buffer of losses.
   * @param between The milliseconds that the work between two read-backs should take.
   */
  constructor(readonly limit: number, readonly between = BETWEEN_READS) {}

  /** The number of steps until the next read-back. */
  get burst(): number {
    return this.#burst;
  }

  /** Says that steps will be recorded for a device that has nothing to do. */
  begin(): void {
    this.#recorded = 0;
    this.#begun = performance.now();
    this.#recording = PROMPTLY;
  }

  /** Counts a step that was recorded. Returns whether it is to be submitted now, with those before it. */
  isDue(): boolean {
    const spent = performance.now() - this.#begun;
    if (++this.#recorded * this.#milliseconds < WITHIN_SUBMIT && spent < this.#recording) return false;
    // While the device works on a submit, the next one is recorded: it may take as much longer as steps take longer than recording them.
    const growth = this.#milliseconds * this.#recorded / spent;
    if (growth > 1) this.#recording *= Math.min(growth, GROWTH);
    this.#recorded = 0;
    this.#begun += spent;
    return true;
  }

  /** Adjusts the numbers to the measured time of a burst of steps. */
  took(steps: number, milliseconds: number): void {
    this.#milliseconds = milliseconds / steps;
    // The time of a short burst is mostly that of its read-back, so the burst grows by at most a factor of 4.
    const wanted = Math.floor(this.between / this.#milliseconds);
    this.#burst = Math.max(1, Math.min(wanted, this.#burst * 4, this.limit));
  }
}
