import { DeviceLostError, OutOfMemoryError, type Shortage } from "./device_errors.ts";

/** A device reports its loss a moment after the first call that fails because of it: at most so many milliseconds are waited. */
const MOMENT = 200;

/** Collects what a device reports. WebGPU itself reports errors silently, or by exceptions that do not say what happened. */
export class DeviceHealth {
  readonly #device: GPUDevice;
  #failure: Error | undefined;
  #ended = false;

  constructor(device: GPUDevice) {
    this.#device = device;
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      const { message } = (event as GPUUncapturedErrorEvent).error;
      this.#failure ??= /device.*\blost\b/i.test(message)
        ? new DeviceLostError(message)
        : new Error(`WebGPU: ${message}`);
    });
    device.lost.then(({ message, reason }) => {
      // Errors that are reported before are mostly consequences.
      if (!this.#ended && !(this.#failure instanceof OutOfMemoryError)) {
        this.#failure = new DeviceLostError(message || reason);
      }
    });
  }

  /** Says that the device will be destroyed on purpose. */
  end(): void {
    this.#ended = true;
  }

  /** Throws the first error that the device has reported, if any. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
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
      throw this.#failure ?? new Error(`WebGPU: ${what}: ${(cause as Error).message}.`, { cause });
    }
  }

  async #moment(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, MOMENT);
    await Promise.race([this.#device.lost, promise]);
    clearTimeout(timer);
  }
}
