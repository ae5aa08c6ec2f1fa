import { checkOptions } from "../../hyperparameter/members.ts";
import type { Gpu } from "../../gpu/device.ts";
import { GPU_OPTIONS, type GpuOptions, openGpu } from "../../gpu/open_gpu.ts";
import { KERNEL_CHOICES, type KernelChoice } from "./family.ts";

/** Options of {@linkcode openDevice}. */
export interface DeviceOptions extends Omit<GpuOptions, "kernels"> {
  /**
   * How matrix products are computed. `"auto"` (default): by the kernels that were measured to be fastest on this adapter; what has not
   * been measured (by `train`, `evaluate` or `deno task tune`) by `"register"`, register-blocked kernels that suit everything. `"wide"`:
   * the same in larger blocks. `"tile"`, `"tile32"`, `"tile128"`: by squares of 64, 32 and 128 in workgroup memory, for GPUs.
   * `"straight"`, `"straight32"`: straight-line text for 16 or 32 columns at once, for some software adapters; the latter takes seconds
   * to compile, so only `deno task tune` tries it. `"fused"`: several layers in one dispatch where they fit workgroup memory, for GPUs and
   * small batches, all stages for an optimizer's small matrices in one, and all else as `"tile"`. Results differ by rounding.
   */
  kernels?: KernelChoice;
}

/**
 * Opens the device that everything else runs on.
 *
 * @throws When `kernels` is not one of `KERNEL_CHOICES`, or there is no usable adapter; the message says how to fix that.
 * @example
 * ```ts ignore
 * using gpu = await openDevice({ allowSoftware: true });
 * console.log(gpu.adapter.name);
 * ```
 */
export async function openDevice(options: DeviceOptions = {}): Promise<Gpu> {
  checkOptions("openDevice", options, GPU_OPTIONS);
  const { kernels = "auto" } = options;
  if (!KERNEL_CHOICES.includes(kernels)) {
    throw new Error(
      `openDevice: kernels: expected one of ${KERNEL_CHOICES.join(", ")}, found ${JSON.stringify(kernels)}.`,
    );
  }
  return await openGpu(options);
}
