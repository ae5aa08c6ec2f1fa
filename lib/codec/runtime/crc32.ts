import { runtimeZlib } from "./zlib.ts";

/** The remainders of all bytes, for the polynomial of PNG and gzip with its bits reversed. */
const REMAINDERS = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ rest >>> 1 : rest >>> 1;
  return rest;
});

/** The checksum of chunks of PNG files and of gzip (RFC 1952, section 8), computed by the runtime where it can. */
export function crc32(bytes: Uint8Array): number {
  const zlib = runtimeZlib();
  if (zlib !== undefined) return zlib.crc32(bytes);
  let rest = -1;
  for (let i = 0; i < bytes.length; i++) rest = REMAINDERS[(rest ^ bytes[i]) & 255] ^ rest >>> 8;
  return ~rest >>> 0;
}
