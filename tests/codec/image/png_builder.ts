/** PNG files made by hand from the specification, for what an encoder does not offer. */

import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";

/** A chunk: length, type, content, checksum. */
export function chunk(type: string, content: ArrayLike<number>): number[] {
  const body = [...new TextEncoder().encode(type), ...Array.from(content)];
  return [...bigEndian(content.length), ...body, ...bigEndian(crc32(Buffer.from(body)))];
}

export interface PngParts {
  width: number;
  height: number;
  depth: number;
  colourType: number;
  /** Rows as they are compressed: filter byte, then packed samples. */
  rows: number[][];
  interlaced?: boolean;
  /** Chunks between IHDR and IDAT, such as PLTE and tRNS. */
  before?: number[][];
  /** The content of the IDAT chunk, in place of the compressed rows. */
  data?: Uint8Array;
}

export function buildPng(
  { width, height, depth, colourType, rows, interlaced, before = [], data }: PngParts,
): Uint8Array {
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", [...bigEndian(width), ...bigEndian(height), depth, colourType, 0, 0, interlaced ? 1 : 0]),
    ...before.flat(),
    ...chunk("IDAT", data ?? deflateSync(Uint8Array.from(rows.flat()))),
    ...chunk("IEND", []),
  ]);
}

/** A row of samples of `depth` bits, written as a string of bits and cut into bytes, behind filter type 0. */
export function packRow(samples: number[], depth: number): number[] {
  const bits = samples.map((sample) => sample.toString(2).padStart(depth, "0")).join("");
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return [0, ...bytes.map((byte) => parseInt(byte.padEnd(8, "0"), 2))];
}

function bigEndian(value: number): number[] {
  return [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
}
