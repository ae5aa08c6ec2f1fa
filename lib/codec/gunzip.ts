import { gunzipSync } from "node:zlib";

/** The most bytes that are unpacked: more than any mesh that this library supports. */
const MAX_BYTES = 2 ** 30;

/** So many bytes may be unpacked from a file of any size. */
const ALWAYS = 2 ** 26;

/** A larger result may have at most this many times the bytes of the file. Meshes reach some ten times, files made to do harm a thousand. */
const MAX_RATIO = 100;

/** The number of bytes that are unpacked at a time. */
const CHUNK = 2 ** 18;

/**
 * Decompresses gzip. Several members are joined, and zeros after the last one are ignored.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @param limit The most bytes of the result; by default 64 MiB or 100 times the file, whichever is more, but not above 1 GiB.
 * @throws {Error} If the file is damaged or truncated, or the result exceeds the limit.
 */
export function gunzip(
  bytes: Uint8Array,
  name: string,
  limit: number = Math.min(MAX_BYTES, Math.max(ALWAYS, MAX_RATIO * bytes.length)),
): Promise<Uint8Array> {
  return new Promise((resolve) => resolve(unpack(bytes, name, limit)));
}

function unpack(bytes: Uint8Array, name: string, limit: number): Uint8Array {
  const tooLarge = () => {
    const times = Math.round(limit / Math.max(1, bytes.length));
    return new Error(
      `${name}: expected at most ${limit} bytes after decompression, ${times} times those of the file, found more.`,
    );
  };
  // A file ends with the size of its last member, which is the only one as a rule.
  const { byteLength, byteOffset, buffer } = bytes;
  const size = byteLength < 4 ? 0 : new DataView(buffer, byteOffset + byteLength - 4).getUint32(0, true);
  if (size > limit) throw tooLarge();
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: limit, chunkSize: CHUNK });
    return new Uint8Array(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength);
  } catch (cause) {
    if ((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw new Error(`${name}: the gzip file is damaged or cut off.`, { cause });
  }
}
