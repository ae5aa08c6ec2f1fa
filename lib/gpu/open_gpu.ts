import { checkOptions, type OptionNames } from "../hyperparameter/members.ts";
import { findAdapter } from "./adapter.ts";
import { Gpu } from "./device.ts";
import { MOST_MIRRORS, type OperandAccess, operandAccesses } from "./operand_access.ts";

/** Options of {@linkcode openGpu}. */
export interface GpuOptions {
  /**
   * Whether a software adapter (the processor acting as a GPU) will do. Undefined: yes, unless the machine has an NVIDIA
   * device whose driver was not found; `true`: yes in any case; `false`: never.
   */
  allowSoftware?: boolean;
  /** Which adapter to prefer where there are several; `"high-performance"` by default. */
  powerPreference?: GPUPowerPreference;
  /**
   * The adapter to take, software or not: its place in the list of `listAdapters`, a part of its name, or the PCI address of a GPU,
   * such as 65:00.0. A process has one choice, before it first opens a device.
   */
  adapter?: string;
  /** The family of kernels to use where there are several; `"auto"` (default) for those that were measured to be fastest. */
  kernels?: string;
  /** How kernels read their operands (docs/kernels.md): measured unless given. Results do not depend on it. */
  operands?: OperandAccess;
}

/** The names of {@linkcode GpuOptions}. */
export const GPU_OPTIONS: OptionNames<GpuOptions> = {
  allowSoftware: true,
  powerPreference: true,
  adapter: true,
  kernels: true,
  operands: true,
};

/**
 * Opens a device. `openDevice` of the root also checks the family of kernels.
 *
 * @throws When there is no usable adapter, saying how to fix it.
 */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  checkOptions("openGpu", options, GPU_OPTIONS);
  const { allowSoftware, powerPreference, adapter: chosen } = options;
  const { adapter, description } = await findAdapter({ allowSoftware, powerPreference, adapter: chosen });
  const { limits } = adapter;
  const { operands = "buffer" } = options;
  if (!operandAccesses(limits).includes(operands)) {
    throw new Error(
      `openDevice: operands: expected "buffer", because ${description.name} binds ${limits.maxStorageTexturesPerShaderStage} storage ` +
        `textures to a kernel instead of ${MOST_MIRRORS}, found "${operands}".`,
    );
  }
  const requiredFeatures: GPUFeatureName[] = adapter.features.has("timestamp-query") ? ["timestamp-query"] : [];
  const device = await adapter.requestDevice({
    requiredFeatures,
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxStorageTexturesPerShaderStage: limits.maxStorageTexturesPerShaderStage,
    },
  });
  return new Gpu(device, description, options);
}
