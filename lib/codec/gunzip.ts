import { createGunzip } from "node:zlib";

/** The most bytes that are unpacked: more than any mesh that this library supports. A small file may claim to unpack to any size. */
const MAX_BYTES = 2 ** 30;

/** The largest compression ratio of gzip (RFC 1951: two bits can stand for 258 bytes). */
const MAX_RATIO = 1032;

/**
 * Decompresses gzip. Several members are joined, and zeros after the last one are ignored.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @param limit The most bytes of the result.
 * @throws {Error} If the file is damaged or truncated, or the result exceeds the limit.
 */
export async function gunzip(bytes: Uint8Array, name: string, limit: number = MAX_BYTES): Promise<Uint8Array> {
  // A file ends with the size of its last member. If that is the only one, as usual, the array has the right size at once.
  const size = bytes.length < 4
    ? 0
    : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true);
  let whole = new Uint8Array(Math.min(size, limit, MAX_RATIO * bytes.length));
  let length = 0;
  const stream = createGunzip();
  stream.end(bytes);
  try {
    for await (const part of stream as AsyncIterable<Uint8Array>) {
      if (length + part.length > limit) {
        length = Infinity;
        break;
      }
      if (length + part.length > whole.length) {
        const larger = new Uint8Array(Math.min(limit, 2 * (length + part.length)));
        larger.set(whole.subarray(0, length));
        whole = larger;
      }
      whole.set(part, length);
      length += part.length;
    }
  } catch (cause) {
    throw new Error(`${name}: the gzip file is damaged or cut off.`, { cause });
  }
  if (length > limit) throw new Error(`${name}: expected at most ${limit} bytes after decompression, found more.`);
  return whole.subarray(0, length);
}
