import { DeviceLostError } from "../../lib/gpu/device_errors.ts";

/** How often a device may be lost in one start of a task. */
export const MOST_LOSSES = 3;

/**
 * Does work that keeps what it has finished, and does it again when its device is lost, three times at most. A line says so.
 *
 * @param what What goes on then: "the comparison".
 * @param work Opens a device of its own.
 * @throws What the work throws, but for the first three lost devices.
 */
export async function reopeningDevice(what: string, work: () => Promise<void>): Promise<void> {
  for (let losses = 0;; losses++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DeviceLostError) || losses === MOST_LOSSES) throw error;
      console.error(`${error.message} It is opened again, and ${what} goes on.`);
    }
  }
}
