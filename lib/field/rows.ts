import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { padRows, ROW_BLOCK, rowMultiple } from "../linalg/gemm/shape.ts";

/** Rows of a host array, `[n, width]` row-major, that are written to a matrix on the device. */
interface HostRows {
  /** The host array. */
  readonly source: Float32Array;
  /** The first row of `source` that is written. */
  readonly first: number;
  /** The number of rows that are written. */
  readonly rows: number;
  /** The rows after them, up to this number, become 0. */
  readonly paddedRows: number;
}

/**
 * Writes rows of a host array to a padded matrix on the device.
 *
 * @param target Where the rows go; `stride` is the number of columns on the device, padding included.
 */
export function uploadRows(
  gpu: Gpu,
  { source, first, rows, paddedRows }: HostRows,
  { buffer, width, stride }: { readonly buffer: DeviceBuffer; readonly width: number; readonly stride: number },
): void {
  const padded = new Float32Array(paddedRows * stride);
  for (let r = 0; r < rows; r++) {
    padded.set(source.subarray((first + r) * width, (first + r + 1) * width), r * stride);
  }
  gpu.write(buffer, padded);
}

/**
 * Reads `rows` rows of padded device matrices as host arrays `[rows, width]`, row-major: the first ones, or those from the row `first` on,
 * which must begin at a multiple of 256 bytes.
 */
export async function downloadRows(
  gpu: Gpu,
  rows: number,
  matrices: readonly { buffer: DeviceBuffer; first?: number; width: number; stride: number }[],
): Promise<Float32Array[]> {
  const slices: BufferLike[] = matrices.map(({ buffer, first = 0, stride }) =>
    buffer.slice(first * stride * 4, rows * stride * 4)
  );
  const results = await gpu.read(...slices);
  return matrices.map(({ width, stride }, i) => {
    const padded = new Float32Array(results[i]);
    const flat = new Float32Array(rows * width);
    for (let r = 0; r < rows; r++) flat.set(padded.subarray(r * stride, r * stride + width), r * width);
    return flat;
  });
}

/** Bytes of device memory that the buffers of one chunk of a batch may take by default. */
export const DEFAULT_MEMORY = 256 * 2 ** 20;

/**
 * The number of rows of one chunk: as many as fit in `memory` and in the adapter's largest buffer, but not more than the batch
 * has, padded, and not more than `most`.
 *
 * @param bytesPerRow Bytes that each row takes in all buffers together, and in the widest buffer.
 * @throws If not even one tile of rows fits.
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
  // The negated comparison also catches a `memory` that is NaN.
  if (!(rows >= multiple)) {
    throw new Error(
      `field: ${multiple} rows take ${
        multiple * bytesPerRow.total
      } bytes, which is more than the ${memory} bytes allowed or than this adapter's limit of ${limit} bytes for a buffer.`,
    );
  }
  return Math.min(rows, padRows(batchRows));
}
