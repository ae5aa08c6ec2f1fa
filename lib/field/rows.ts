import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { padRows, ROW_BLOCK, rowMultiple } from "../linalg/gemm/shape.ts";

/** Writes rows of a flat host array `[n, width]` to a padded matrix on the device; rows up to `paddedRows` become 0. */
export function uploadRows(
  gpu: Gpu,
  source: Float32Array,
  width: number,
  first: number,
  rows: number,
  target: DeviceBuffer,
  stride: number,
  paddedRows: number,
): void {
  const padded = new Float32Array(paddedRows * stride);
  for (let r = 0; r < rows; r++) {
    padded.set(source.subarray((first + r) * width, (first + r + 1) * width), r * stride);
  }
  gpu.write(target, padded);
}

/** Reads `rows` rows of padded matrices as flat host arrays `[rows, width]`. */
export async function downloadRows(
  gpu: Gpu,
  rows: number,
  matrices: readonly { buffer: DeviceBuffer; width: number; stride: number }[],
): Promise<Float32Array[]> {
  const slices: BufferLike[] = matrices.map(({ buffer, stride }) => buffer.slice(0, rows * stride * 4));
  const results = await gpu.read(...slices);
  return matrices.map(({ width, stride }, i) => {
    const padded = new Float32Array(results[i]);
    const flat = new Float32Array(rows * width);
    for (let r = 0; r < rows; r++) flat.set(padded.subarray(r * stride, r * stride + width), r * width);
    return flat;
  });
}

/** Device memory that the buffers of one chunk of a batch may take unless an option says otherwise. */
export const DEFAULT_MEMORY = 256 * 2 ** 20;

/**
 * Rows of one chunk: as many as fit `memory` and the adapter's buffers, but no more than the batch has, or `most`.
 *
 * @throws When not even one tile of rows fits.
 */
export function chunkRows(
  gpu: Gpu,
  batchRows: number,
  bytesPerRow: { readonly total: number; readonly widest: number },
  memory: number = DEFAULT_MEMORY,
  most = Infinity,
): number {
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const fit = Math.min(memory / bytesPerRow.total, limit / bytesPerRow.widest, most);
  const multiple = fit < ROW_BLOCK ? rowMultiple(fit) : ROW_BLOCK;
  const rows = Math.floor(fit / multiple) * multiple;
  // Also where the memory is no number.
  if (!(rows >= multiple)) {
    throw new Error(
      `field: ${multiple} rows take ${
        multiple * bytesPerRow.total
      } bytes, more than the ${memory} bytes allowed or this adapter's ${limit}.`,
    );
  }
  return Math.min(rows, padRows(batchRows));
}
