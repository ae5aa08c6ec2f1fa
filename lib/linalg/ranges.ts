import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";

/** A range of a vector's entries. Both members are multiples of 4. */
export interface Range {
  /** First entry. */
  readonly offset: number;
  /** Number of entries. */
  readonly size: number;
}

/**
 * A table that tells for each vec4 of a vector which range it belongs to: the range's index as an i32, or −1 if it belongs to none.
 * The caller must dispose the returned buffer.
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
