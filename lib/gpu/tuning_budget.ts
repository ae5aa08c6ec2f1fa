import type { Gpu } from "./device.ts";

/** Time for compiling kernels in order to compare them: of one use, within what a device has for all its first uses. */
export class TuningBudget implements Disposable {
  readonly #gpu: Gpu;
  readonly #begin = performance.now();
  readonly #seconds: number;
  readonly #own: boolean;

  /** @param seconds Seconds to spend, whatever the device has left; by default that. */
  constructor(gpu: Gpu, seconds?: number) {
    this.#gpu = gpu;
    this.#own = seconds !== undefined;
    this.#seconds = seconds ?? gpu.tuningSeconds;
  }

  /** Whether nothing more may be compiled. */
  get spent(): boolean {
    return this.#elapsed >= this.#seconds;
  }

  /** Takes the time that went by from what the device has left. */
  [Symbol.dispose](): void {
    if (!this.#own) this.#gpu.tuningSeconds = Math.max(0, this.#seconds - this.#elapsed);
  }

  get #elapsed(): number {
    return (performance.now() - this.#begin) / 1000;
  }
}
