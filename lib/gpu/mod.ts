/**
 * The device: opening it, buffers, kernels, recorded work, read-back and random numbers.
 *
 * @module
 */
export { Gpu } from "./device.ts";
export { type GpuOptions, openGpu } from "./open_gpu.ts";
export { type AdapterOptions, findAdapter, type FoundAdapter, type Machine } from "./adapter.ts";
export { type ChosenAdapter } from "./adapter_choice.ts";
export { type AdapterDescription, describeAdapter } from "./adapter_description.ts";
export { listAdapters, type ListedAdapter, type ListedLimits } from "./adapter_list.ts";
export { type BufferLike, type BufferOwner, type BufferSlice, DeviceBuffer } from "./buffer.ts";
export { DeviceLostError, OutOfMemoryError, type Shortage } from "./device_errors.ts";
export { linearGroups } from "./groups.ts";
export { Kernel, type KernelOptions } from "./kernel.ts";
export type { KernelPart } from "./kernel_error.ts";
export { type Binding } from "./binding.ts";
export { expandKernel, type KernelInterface, type KernelSource } from "./kernel_source.ts";
export type { OperandAccess } from "./operand_access.ts";
export { KernelTuner, type KernelTunerOptions, OPERANDS } from "./kernel_tuner.ts";
export { Profile, type ProfileEntry } from "./profile.ts";
export {
  fillRandom,
  type FillTarget,
  type PermutationUniforms,
  permutedIndices,
  type RandomKey,
  type RandomNumbers,
  randomWords,
  streams,
} from "./random.ts";
export { NUMBER_BYTES, STORAGE_FORMATS, type StorageFormat } from "./storage_format.ts";
export { Tally } from "./tally.ts";
export { type KernelValues } from "./template.ts";
export { type Span } from "./timestamps.ts";
export { TuningBudget } from "./tuning_budget.ts";
