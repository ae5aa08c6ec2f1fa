import type { Gpu } from "../../lib/gpu/device.ts";

/**
 * Waits for a device's work at the end of its scope, also where an error ends it. A process that exits while a software adapter
 * still computes may crash, which hides its exit code (seen with Deno 2.9.6 and llvmpipe, one exit in five).
 *
 * @example
 * ```ts ignore
 * using gpu = await openDevice();
 * await using _settled = settled(gpu);
 * ```
 */
export function settled(gpu: Gpu): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      // What is wrong with the device has been, or will be, reported by those that use it.
      await gpu.synchronize().catch(() => {});
    },
  };
}
