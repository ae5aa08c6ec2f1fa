import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";

/** Entries of a vector; both multiples of 4. */
export interface Range {
  /** First entry. */
  readonly offset: number;
  /** Number of entries. */
  readonly size: number;
}

/**
 * For each vec4 of vectors the number of the range that it lies in, an i32, −1 for none. Whoever calls disposes it.
 *
 * @param length Entries of the vectors, a multiple of 4.
 */
export function numberRanges(gpu: Gpu, length: number, ranges: readonly Range[]): DeviceBuffer {
  const numbers = new Int32Array(length / 4).fill(-1);
  ranges.forEach(({ offset, size }, i) => numbers.fill(i, offset / 4, (offset + size) / 4));
  const buffer = gpu.buffer("range of each entry", numbers.byteLength);
  gpu.write(buffer, new Uint32Array(numbers.buffer));
  return buffer;
}
