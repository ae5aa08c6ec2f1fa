import { sha256 } from "../runtime/sha256.ts";

/** The key of a file's checksum in its metadata. */
export const CHECKSUM = "sha256";

/** What stands in the place of a checksum until {@linkcode fillChecksum} has computed it. */
export const NO_CHECKSUM = "0".repeat(64);

const START = new TextEncoder().encode(`"${CHECKSUM}":"`);

/**
 * Fills in the checksum of a safetensors file whose metadata has {@linkcode NO_CHECKSUM} under {@linkcode CHECKSUM}: the SHA-256 of the
 * whole file with zeros in the place of the checksum.
 */
export function fillChecksum(bytes: Uint8Array): Uint8Array {
  const place = checksumPlace(bytes);
  if (place === undefined) throw new Error("checksum: expected a place for it in the file's metadata, found none.");
  place.set(new TextEncoder().encode(sha256(bytes)));
  return bytes;
}

/**
 * Whether the bytes of a file are those that {@linkcode fillChecksum} returned; undefined if the file has no checksum.
 *
 * @param bytes The whole file. The bytes are the same afterwards.
 */
export function hasRightChecksum(bytes: Uint8Array): boolean | undefined {
  const place = checksumPlace(bytes);
  if (place === undefined) return undefined;
  const stored = new TextDecoder("latin1").decode(place);
  const before = place.slice();
  place.fill("0".charCodeAt(0));
  const right = sha256(bytes) === stored;
  place.set(before);
  return right;
}

/** The 64 digits of the checksum in the file's header; undefined if there are none. */
function checksumPlace(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < 8) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const header = bytes.subarray(8, 8 + Math.min(Number(length), bytes.length));
  for (let at = header.indexOf(START[0]); at >= 0; at = header.indexOf(START[0], at + 1)) {
    if (!START.every((byte, i) => header[at + i] === byte)) continue;
    const begin = at + START.length;
    return header.length < begin + NO_CHECKSUM.length ? undefined : header.subarray(begin, begin + NO_CHECKSUM.length);
  }
}
