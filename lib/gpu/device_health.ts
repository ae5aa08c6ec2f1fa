import { DeviceLostError, OutOfMemoryError, type Shortage } from "./device_errors.ts";

/** A device reports its loss a moment after the first call that fails because of it: at most so many milliseconds are waited. */
const MOMENT = 200;

/** Collects what a device reports. WebGPU itself reports errors silently, or by exceptions that do not say what happened. */
export class DeviceHealth {
  readonly #device: GPUDevice;
  /** Why the device is of no more use. */
  #lost: DeviceLostError | undefined;
  /** Submissions that the device refused, each with the reason, of which no caller has been told yet. */
  #refused: { readonly submission: number; readonly error: Error }[] = [];
  /** The first error that belongs to no submission. */
  #failure: Error | undefined;
  #ended = false;

  constructor(device: GPUDevice) {
    this.#device = device;
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#failure ??= new Error(`WebGPU: ${(event as GPUUncapturedErrorEvent).error.message}`);
    });
    device.lost.then(({ message, reason }) => {
      if (!this.#ended) this.#lost = new DeviceLostError(message || reason);
    });
  }

  /** Says that the device will be destroyed on purpose. */
  end(): void {
    this.#ended = true;
  }

  /** Says that the device refused a submission. */
  refuse(submission: number, error: Error): void {
    this.#refused.push({ submission, error });
  }

  /**
   * See `Gpu.check`.
   *
   * @param last The last submission that matters to the caller.
   */
  check(last = Infinity): void {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#failure !== undefined) throw this.#failure;
    const own = this.#refused.filter(({ submission }) => submission <= last);
    if (own.length === 0) return;
    this.#refused = this.#refused.filter(({ submission }) => submission > last);
    throw own[0].error;
  }

  /** Makes something that takes device memory. If there is not enough of it, later checks say what it was for. */
  allocate<T>(shortage: Shortage, make: () => T): T {
    this.#device.pushErrorScope("out-of-memory");
    const made = make();
    this.#device.popErrorScope().then((error) => {
      if (error !== null) this.#failure ??= new OutOfMemoryError(shortage);
    }, () => {});
    return made;
  }

  /** Waits for the device. Where WebGPU throws, it throws what the device has reported or reports in a moment. */
  async explain<T>(waiting: Promise<T>, what: string): Promise<T> {
    try {
      return await waiting;
    } catch (cause) {
      await this.#moment();
      this.check();
      throw new Error(`WebGPU: ${what}: ${(cause as Error).message}.`, { cause });
    }
  }

  async #moment(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, MOMENT);
    await Promise.race([this.#device.lost, promise]);
    clearTimeout(timer);
  }
}
