import { joinBytes } from "../../join_bytes.ts";
import { crc32 } from "../../runtime/crc32.ts";

/** The bytes with which a PNG file begins. */
export const SIGNATURE: Uint8Array = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Encodes a chunk: length, type, data and the checksum of type and data. */
export function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joinBytes([Uint8Array.from(type, (character) => character.charCodeAt(0)), data]);
  return joinBytes([words(data.length), body, words(crc32(body))]);
}

/** Encodes big-endian 32-bit integers. */
export function words(...numbers: number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4);
  numbers.forEach((number, i) => new DataView(bytes.buffer).setUint32(i * 4, number));
  return bytes;
}
