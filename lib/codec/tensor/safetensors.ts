/**
 * The safetensors format (https://huggingface.co/docs/safetensors): named tensors that Python reads without our code.
 * A file is the header's length as a 64-bit little-endian integer, the header as JSON, then the tensors' data, row-major
 * and little-endian, without gaps.
 *
 * @module
 */

import { BYTES } from "../../hyperparameter/arguments.ts";
import { checkMember } from "../../hyperparameter/members.ts";
import { describe, isObject, parseHeader } from "./safetensors_header.ts";

/** The supported types of a tensor's entries: F32, U32, I32, F64 and U8 in the format's names. */
export type TensorData = Float32Array | Uint32Array | Int32Array | Float64Array | Uint8Array;

/** A tensor of a file. */
export interface StoredTensor {
  /** The size of each dimension, the slowest first; empty for a scalar. */
  readonly shape: readonly number[];
  /** The entries, row-major; as many as the product of the shape. */
  readonly data: TensorData;
}

/** The content of a safetensors file. */
export interface SafetensorsContent {
  /** The tensors by name. */
  readonly tensors: Record<string, StoredTensor>;
  /** The file's metadata, `__metadata__` in the header. */
  readonly metadata: Record<string, string>;
}

const TYPES = {
  F64: Float64Array,
  F32: Float32Array,
  U32: Uint32Array,
  I32: Int32Array,
  U8: Uint8Array,
} as const;

type Dtype = keyof typeof TYPES;

/** Types of the format that are not supported; the error message tells them from unknown types. */
const OTHER_TYPES = ["BOOL", "I8", "I16", "U16", "F16", "BF16", "I64", "U64", "F8_E4M3", "F8_E5M2"];

const METADATA = "__metadata__";

/** The most bytes of a header: more than 100 000 tensors take. It keeps a header from exhausting the memory. */
const LONGEST_HEADER = 10_000_000;

/**
 * Encodes named tensors. The same content gives the same bytes, whatever the order of the tensors, because names are sorted by their
 * UTF-16 code units and no time is stored.
 *
 * @param tensors The tensors by name; `__metadata__` is not allowed as a name.
 * @param metadata Metadata: strings by name.
 * @throws {RangeError} If a shape contains anything but non-negative integers or does not match its data.
 * @throws {TypeError} If the data have an unsupported type, or a metadata value is not a string.
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
 *
 * const bytes = encodeSafetensors({ "layers.0.bias": { shape: [2], data: new Float32Array([1, 2]) } }, { step: "10" });
 * const { tensors, metadata } = decodeSafetensors(bytes);
 * tensors["layers.0.bias"].data; // Float32Array [1, 2]
 * metadata.step; // "10"
 * ```
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const names = Object.keys(tensors).sort();
  for (const name of names) checkTensor(name, tensors[name]);
  // Tensors with wide entries come first, so that every tensor is aligned to its entries, as readers that map the file expect.
  const bySize = names.toSorted((a, b) => tensors[b].data.BYTES_PER_ELEMENT - tensors[a].data.BYTES_PER_ELEMENT);
  let end = 0;
  const offsets = new Map(bySize.map((name) => [name, [end, end += tensors[name].data.byteLength]]));

  // The JSON is assembled as text, because an object would move names that look like indices to the front.
  const member = (name: string, value: unknown) => `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  const members = names.map((name) => {
    const { shape, data } = tensors[name];
    return member(name, { dtype: dtypeOf(data), shape: [...shape], data_offsets: offsets.get(name) });
  });
  if (Object.keys(metadata).length > 0) members.unshift(member(METADATA, sortedStrings(metadata)));
  const header = new TextEncoder().encode(`{${members.join(",")}}`);
  const headerLength = Math.ceil(header.length / 8) * 8;
  if (headerLength > LONGEST_HEADER) {
    throw new RangeError(
      `safetensors: the header may have ${LONGEST_HEADER} bytes, but these tensors need ${headerLength}.`,
    );
  }

  const bytes = new Uint8Array(8 + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength).set(header, 8);
  for (const name of names) {
    const { buffer, byteOffset, byteLength } = tensors[name].data;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), 8 + headerLength + offsets.get(name)![0]);
  }
  return bytes;
}

/**
 * Decodes a safetensors file into new arrays. It checks sizes and types, and that the tensors cover the data exactly once.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is damaged or contains a type other than F32, U32, I32, F64 and U8.
 */
export function decodeSafetensors(bytes: Uint8Array, name = "safetensors"): SafetensorsContent {
  checkMember(name, bytes, BYTES);
  const { header, data } = splitFile(bytes, name);
  const entries = header.filter(([key]) => key !== METADATA)
    .map(([key, entry]) => ({ key, ...checkedEntry(entry, `${name}, tensor ${describe(key)}`, data.length) }));
  checkCoverage(entries, data.length, name);
  const tensors = entries.map(({ key, dtype, shape, begin, end }): [string, StoredTensor] => {
    // The data are copied, because an array must begin at a multiple of the size of its entries.
    return [key, { shape, data: new TYPES[dtype](data.slice(begin, end).buffer) }];
  });
  // fromEntries defines own properties, so that even __proto__ can be the name of a tensor.
  return { tensors: Object.fromEntries(tensors), metadata: checkedMetadata(header, name) };
}

function dtypeOf(data: TensorData): Dtype | undefined {
  return (Object.keys(TYPES) as Dtype[]).find((dtype) => data instanceof TYPES[dtype]);
}

function checkTensor(name: string, { shape, data }: StoredTensor) {
  if (name === METADATA) throw new RangeError(`safetensors: ${METADATA} is not a tensor's name but the metadata's.`);
  if (dtypeOf(data) === undefined) {
    const found = (data as unknown)?.constructor?.name ?? typeof data;
    throw new TypeError(
      `safetensors, tensor "${name}": expected data in a Float32Array, Uint32Array, Int32Array, Float64Array or ` +
        `Uint8Array, found ${found}.`,
    );
  }
  const size = sizeOf(shape, `safetensors, tensor "${name}"`, RangeError);
  if (size !== data.length) {
    throw new RangeError(
      `safetensors, tensor "${name}": shape ${
        describe(shape)
      } needs ${size} entries, but the data have ${data.length}.`,
    );
  }
}

function sizeOf(shape: readonly unknown[], where: string, kind: typeof Error): number {
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || (size as number) < 0) {
      throw new kind(
        `${where}: expected a shape of whole numbers from 0, found ${describe(size)} in ${describe(shape)}.`,
      );
    }
  }
  return (shape as number[]).reduce((product, size) => product * size, 1);
}

function sortedStrings(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(metadata);
  for (const [key, value] of entries) {
    if (typeof value !== "string") {
      throw new TypeError(`safetensors: metadata "${key}" must be a string, found ${typeof value}.`);
    }
  }
  return Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : 1));
}

function splitFile(bytes: Uint8Array, name: string): { header: [string, unknown][]; data: Uint8Array } {
  if (bytes.length < 8) throw new Error(`${name}: truncated: expected at least 8 bytes, found ${bytes.length}.`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > LONGEST_HEADER) {
    throw new Error(
      `${name}: not a safetensors file: a header has at most ${LONGEST_HEADER} bytes, this one claims ${length}.`,
    );
  }
  const end = 8 + Number(length);
  if (end > bytes.length) {
    throw new Error(`${name}: truncated: the header ends at byte ${end}, but the file has ${bytes.length}.`);
  }
  return { header: parseHeader(bytes.subarray(8, end), name), data: bytes.subarray(end) };
}

function checkedEntry(entry: unknown, where: string, available: number) {
  if (!isObject(entry)) throw new Error(`${where}: expected an object, found ${describe(entry)}.`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(TYPES, dtype)) {
    const known = OTHER_TYPES.includes(dtype as string) ? "is not supported" : "is unknown";
    throw new Error(`${where}: type ${describe(dtype)} ${known}; expected one of ${Object.keys(TYPES).join(", ")}.`);
  }
  if (!Array.isArray(shape)) throw new Error(`${where}: expected an array as shape, found ${describe(shape)}.`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((o) => Number.isSafeInteger(o) && o >= 0)) {
    throw new Error(`${where}: expected data_offsets [begin, end], found ${describe(offsets)}.`);
  }
  const [begin, end] = offsets as [number, number];
  const need = sizeOf(shape, where, Error) * TYPES[dtype as Dtype].BYTES_PER_ELEMENT;
  if (end - begin !== need) {
    throw new Error(
      `${where}: shape ${describe(shape)} of ${dtype} needs ${need} bytes, but data_offsets give ${end - begin}.`,
    );
  }
  if (end > available) {
    throw new Error(`${where}: truncated: the data end at byte ${end}, but the file has ${available} bytes of data.`);
  }
  return { dtype: dtype as Dtype, shape: shape as number[], begin, end };
}

/** Checks that the tensors cover the data without overlaps, gaps and remaining bytes. */
function checkCoverage(ranges: { key: string; begin: number; end: number }[], available: number, name: string) {
  let covered = 0;
  for (const { key, begin, end } of ranges.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      const problem = begin < covered ? "overlaps the tensor before it" : "leaves a gap before it";
      throw new Error(
        `${name}, tensor ${describe(key)}: ${problem}: expected to begin at byte ${covered}, found ${begin}.`,
      );
    }
    covered = end;
  }
  if (covered !== available) {
    throw new Error(`${name}: the tensors have ${covered} bytes, but the file has ${available} bytes of data.`);
  }
}

function checkedMetadata(header: [string, unknown][], name: string): Record<string, string> {
  const metadata = header.find(([key]) => key === METADATA)?.[1];
  if (metadata === undefined) return {};
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw new Error(`${name}: ${METADATA} must be an object of strings, found ${describe(metadata)}.`);
  }
  return metadata as Record<string, string>;
}
