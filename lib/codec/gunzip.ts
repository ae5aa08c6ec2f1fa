import { createGunzip } from "node:zlib";

/** The most bytes that are unpacked: more than any mesh that this library supports. */
const MAX_BYTES = 2 ** 30;

/** So many bytes may be unpacked from a file of any size. */
const ALWAYS = 2 ** 26;

/** A larger result may have at most this many times the bytes of the file. Meshes reach some ten times, files made to do harm a thousand. */
const MAX_RATIO = 100;

/**
 * Decompresses gzip. Several members are joined, and zeros after the last one are ignored.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @param limit The most bytes of the result; by default 64 MiB or 100 times the file, whichever is more, but not above 1 GiB.
 * @throws {Error} If the file is damaged or truncated, or the result exceeds the limit.
 */
export async function gunzip(
  bytes: Uint8Array,
  name: string,
  limit: number = Math.min(MAX_BYTES, Math.max(ALWAYS, MAX_RATIO * bytes.length)),
): Promise<Uint8Array> {
  const tooLarge = () => {
    const times = Math.round(limit / Math.max(1, bytes.length));
    return new Error(
      `${name}: expected at most ${limit} bytes after decompression, ${times} times those of the file, found more.`,
    );
  };
  // A file ends with the size of its last member. If that is the only one, as usual, the array has the right size at once.
  const size = bytes.length < 4
    ? 0
    : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true);
  if (size > limit) throw tooLarge();
  let whole = new Uint8Array(size);
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
  if (length > limit) throw tooLarge();
  return whole.subarray(0, length);
}
