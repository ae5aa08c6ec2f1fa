import type { Gpu } from "../../lib/gpu/device.ts";

/**
 * The work that a device has been given, as a resource: disposing of it waits until that work is done, also if an error ends the scope.
 * Without this wait, a process that exits while a software adapter still computes may crash, which hides its exit code (seen with
 * Deno 2.9.6 and llvmpipe, one exit in five).
 *
 * @example
 * ```ts ignore
 * using gpu = await openDevice();
 * await using _work = pendingWork(gpu);
 * ```
 */
export function pendingWork(gpu: Gpu): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      // An error of the device is reported by whoever uses the device, so it is ignored here.
      await gpu.synchronize().catch(() => {});
    },
  };
}
