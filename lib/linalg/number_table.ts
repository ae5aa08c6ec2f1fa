import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";

/** Whole numbers below this are exact in f32. */
export const EXACT = 2 ** 24;

/**
 * A table of whole numbers, such as offsets and sizes, which kernels read as an operand of f32 values, four at a time. Some drivers
 * read operands faster than other buffers (docs/kernels.md). The caller must dispose the returned buffer.
 *
 * @param numbers Whole numbers of less than 2²⁴ in magnitude.
 * @throws If a number is too large.
 */
export function numberTable(gpu: Gpu, label: string, numbers: readonly number[]): DeviceBuffer {
  const tooLarge = numbers.find((number) => Math.abs(number) >= EXACT);
  if (tooLarge !== undefined) throw new Error(`${label}: expected numbers below ${EXACT}, found ${tooLarge}.`);
  const buffer = gpu.buffer(label, numbers.length * 4);
  gpu.write(buffer, Float32Array.from(numbers));
  return buffer;
}
