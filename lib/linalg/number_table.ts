import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";

/** Whole numbers below this are exact in f32. */
const EXACT = 2 ** 24;

/**
 * Places and sizes for kernels to read as an operand of f32, four at a time, since operands are what some drivers read fastest
 * (docs/kernels.md). Whoever calls disposes it.
 *
 * @param numbers Whole numbers of less than 2²⁴ in magnitude.
 * @throws When one is larger.
 */
export function numberTable(gpu: Gpu, label: string, numbers: readonly number[]): DeviceBuffer {
  const tooLarge = numbers.find((number) => Math.abs(number) >= EXACT);
  if (tooLarge !== undefined) throw new Error(`${label}: numbers below ${EXACT} expected, ${tooLarge} found.`);
  const buffer = gpu.buffer(label, numbers.length * 4);
  gpu.write(buffer, Float32Array.from(numbers));
  return buffer;
}
