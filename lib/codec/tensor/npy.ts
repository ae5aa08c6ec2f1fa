import { describeFileKind } from "../file_kind.ts";

/** An array from a `.npy` file. */
export interface NpyArray {
  /** The size of each dimension, the outermost first. */
  readonly shape: readonly number[];
  /** The entries, row-major. */
  readonly data: Float64Array;
}

const MAGIC = 6;

/**
 * Decodes a NumPy array of little-endian f32 or f64 in C order (format versions 1 to 3, NEP 1).
 *
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is of another kind, truncated, or too long.
 */
export function readNpy(bytes: Uint8Array, name = "array"): NpyArray {
  const kind = describeFileKind(bytes);
  if (kind !== "a NumPy array") throw new Error(`${name}: expected a NumPy array (.npy), found ${kind}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[MAGIC] > 1;
  const start = wide ? 12 : 10;
  if (bytes.length < start) throw new Error(`${name}: the NumPy array is cut off in its header.`);
  const headerLength = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (bytes.length < start + headerLength) throw new Error(`${name}: the NumPy array is cut off in its header.`);
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + headerLength));
  const found = /'descr':\s*'([^']*)'.*'fortran_order':\s*(True|False).*'shape':\s*\(([\d,\s]*)\)/s.exec(header);
  if (found === null) {
    throw new Error(`${name}: expected a NumPy header with descr, fortran_order and shape, found another text.`);
  }
  const [, type, fortran, sizes] = found;
  if (type !== "<f8" && type !== "<f4") {
    throw new Error(
      `${name}: expected an array of f32 or f64 ("<f4" or "<f8"), found "${type.replace(/[^\x20-\x7e]/g, "?")}".`,
    );
  }
  const shape = sizes.split(",").map((size) => size.trim()).filter((size) => size !== "").map(Number);
  if (fortran === "True" && shape.length > 1) {
    throw new Error(`${name}: expected an array in C order, found Fortran order.`);
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const size = type === "<f8" ? 8 : 4;
  const from = start + headerLength;
  if (bytes.length - from !== count * size) {
    throw new Error(
      `${name}: expected ${count * size} bytes for an array of shape (${shape.join(", ")}), found ${
        bytes.length - from
      }.`,
    );
  }
  const data = Float64Array.from(
    { length: count },
    (_, i) => size === 8 ? view.getFloat64(from + i * 8, true) : view.getFloat32(from + i * 4, true),
  );
  return { shape, data };
}
