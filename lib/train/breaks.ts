import type { Gpu } from "../gpu/device.ts";

/** Within long work, the host waits for the device after about so many milliseconds. A wait costs about 11 ms. */
const BETWEEN_BREAKS = 2000;

/**
 * Lets a signal stop long work that is recorded pass by pass: the host waits for the device between two passes, because it notices a
 * signal only when it waits. Short work is not interrupted, since a read-back comes soon enough. The waits never change results.
 */
export class Breaks {
  #allowed = 1;
  #recorded = 0;
  #begin = 0;

  /** Whether the host will wait before so many more passes are recorded. */
  comesWithin(passes: number): boolean {
    return this.#recorded + passes > this.#allowed;
  }

  /**
   * Records work.
   *
   * @param passes Records a pass whenever it is asked for the next value, and the last one when it ends.
   * @param signal Without it, nothing is waited for.
   * @returns Whether all of it was recorded; false if the signal stopped it.
   */
  async follow(gpu: Gpu, passes: Iterable<void>, signal?: AbortSignal): Promise<boolean> {
    if (signal === undefined) {
      for (const _ of passes);
      return true;
    }
    this.#count();
    for (const _ of passes) {
      if (this.comesWithin(1)) {
        await gpu.synchronize();
        this.waited();
        if (signal.aborted) return false;
      }
      this.#count();
    }
    return true;
  }

  /** Learns how long passes take. To be called when the device has completed all recorded work. */
  waited(): void {
    if (this.#recorded === 0) return;
    const each = (performance.now() - this.#begin) / this.#recorded;
    this.#allowed = Math.max(1, Math.min(Math.floor(BETWEEN_BREAKS / each), this.#recorded * 4));
    this.#recorded = 0;
  }

  /** Counts a pass that is about to be recorded. */
  #count(): void {
    if (this.#recorded === 0) this.#begin = performance.now();
    this.#recorded++;
  }
}
