import type { Gpu } from "../../mod.ts";
import type { DeviceBuffer } from "../../lib/gpu/mod.ts";
import { padWidth } from "../../lib/linalg/layout.ts";
import { padRows } from "../../lib/linalg/gemm/shape.ts";
import { downloadRows, uploadRows } from "../../lib/field/rows.ts";

/** Numbers in [−1, 1] without a pattern that a mistake could follow: sin(k), sin(2k), … */
export function wave(length: number, k: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(k * (i + 1)));
}

/**
 * Puts a row-major matrix [rows, columns] on the device, padded as kernels like it; the buffer is the caller's.
 *
 * @param spare Rows of NaN that follow, as what a longer batch left behind.
 */
export function upload(gpu: Gpu, matrix: Float32Array, columns: number, spare = 0): DeviceBuffer {
  const rows = matrix.length / columns;
  const [height, stride] = [padRows(rows), padWidth(columns)];
  const buffer = gpu.buffer("matrix", (height + spare) * stride * 4);
  if (spare > 0) gpu.write(buffer, new Float32Array(spare * stride).fill(NaN), height * stride * 4);
  uploadRows(gpu, { source: matrix, first: 0, rows, paddedRows: height }, { buffer, width: columns, stride });
  return buffer;
}

/** Reads the first rows and columns of a padded matrix. */
export async function download(gpu: Gpu, buffer: DeviceBuffer, rows: number, columns: number): Promise<Float32Array> {
  const [matrix] = await downloadRows(gpu, rows, [{ buffer, width: columns, stride: padWidth(columns) }]);
  return matrix;
}
