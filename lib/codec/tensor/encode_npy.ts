/**
 * Encodes a matrix as a NumPy array of f32 in C order (format version 1, NEP 1).
 *
 * @param data `[rows, columns]`, row-major.
 * @throws {RangeError} If the length is not a multiple of the number of columns.
 */
export function encodeNpy(data: Float32Array, columns: number): Uint8Array<ArrayBuffer> {
  const rows = data.length / columns;
  if (!Number.isInteger(rows)) {
    throw new RangeError(`encodeNpy: expected a multiple of ${columns} numbers, found ${data.length}.`);
  }
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  // The numbers begin at a multiple of 64 bytes, after a line feed.
  const start = Math.ceil((10 + header.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + data.length * 4);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, start - 10, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(start - 11)}\n`), 10);
  for (let i = 0; i < data.length; i++) view.setFloat32(start + 4 * i, data[i], true);
  return bytes;
}
