import { describeFileKind } from "../file_kind.ts";
import { type NpyHeader, parseNpyHeader } from "./npy_header.ts";

/** An array from a `.npy` file. */
export interface NpyArray {
  /** The size of each dimension, the outermost first. */
  readonly shape: readonly number[];
  /** The entries, row-major. */
  readonly data: Float64Array;
}

const MAGIC = 6;

/** The most bytes of a header; NumPy writes 118 for common arrays. */
const LONGEST_HEADER = 2 ** 16;

type Reader = (view: DataView, at: number, little: boolean) => number;

/** How an entry is read, by its kind and its size in bytes. */
const READERS: Readonly<Record<string, Reader>> = {
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  b1: (view, at) => Number(view.getUint8(at) !== 0),
};

/**
 * Decodes a NumPy array of f32 or f64, of integers of 8 to 64 bits or of truth values (as 0 and 1), little- or big-endian, in C or Fortran
 * order (format versions 1 to 3, NEP 1). Integers beyond 2⁵³ are rounded to f64.
 *
 * @param name The name of the file in error messages.
 * @returns The array; its entries are row-major whatever their order in the file.
 * @throws {Error} If the file is of another kind, has entries of another type, is cut off, or too long.
 */
export function readNpy(bytes: Uint8Array, name = "array"): NpyArray {
  const kind = describeFileKind(bytes);
  if (kind !== "a NumPy array") throw new Error(`${name}: expected a NumPy array (.npy), found ${kind}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[MAGIC];
  if (version !== undefined && !(version >= 1 && version <= 3)) {
    throw new Error(`${name}: expected a NumPy array of format version 1, 2 or 3, found ${version}.`);
  }
  const start = version > 1 ? 12 : 10;
  const headerLength = bytes.length < start ? 0 : version > 1 ? view.getUint32(8, true) : view.getUint16(8, true);
  const from = start + headerLength;
  if (bytes.length < from) throw new Error(`${name}: the NumPy array is cut off in its header.`);
  if (headerLength > LONGEST_HEADER) {
    throw new Error(
      `${name}: expected a NumPy array with a header of at most ${LONGEST_HEADER} bytes, found ${headerLength}.`,
    );
  }
  const header = parseNpyHeader(new TextDecoder("latin1").decode(bytes.subarray(start, from)), name);
  const count = header.shape.includes(0) ? 0 : header.shape.reduce((product, size) => product * size, 1);
  const found = bytes.length - from;
  if (found !== count * header.size) {
    throw new Error(
      `${name}: expected ${count * header.size} bytes for an array of shape (${
        header.shape.join(", ")
      }), found ${found}.`,
    );
  }
  return {
    shape: header.shape,
    data: entriesOf(new DataView(view.buffer, view.byteOffset + from, found), header, count),
  };
}

/** The entries, row-major. */
function entriesOf(view: DataView, { shape, kind, size, little, fortran }: NpyHeader, count: number): Float64Array {
  const one = READERS[`${kind}${size}`];
  const read = (i: number) => one(view, i * size, little);
  const data = new Float64Array(count);
  if (!fortran) {
    for (let i = 0; i < count; i++) data[i] = read(i);
    return data;
  }
  // In Fortran order the first index runs fastest. `index` counts in the order of the file, and `at` is its row-major place.
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  for (let i = 0, at = 0; i < count; i++) {
    data[at] = read(i);
    for (let axis = 0; axis < shape.length; axis++) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return data;
}
