import { createGunzip } from "node:zlib";

/** More than any mesh takes that this library can work on; a small file may claim to unpack to anything. */
const MAX_BYTES = 2 ** 30;

/** No file is packed to less than this share of its size (RFC 1951: two bits for 258 bytes). */
const MAX_RATIO = 1032;

/**
 * Unpacks gzip, also files of several members, which are unpacked one behind the other, and with zeros behind the last.
 *
 * @param bytes The whole file.
 * @param name How errors call the file.
 * @param limit Most bytes that it may unpack to.
 * @throws {Error} If it is damaged or cut off, or unpacks to more than the limit.
 */
export async function gunzip(bytes: Uint8Array, name: string, limit: number = MAX_BYTES): Promise<Uint8Array> {
  // A file ends with the size of its last member, most often the only one: then nothing need be copied.
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
  if (length > limit) throw new Error(`${name}: unpacks to more than the ${limit} bytes that are read.`);
  return whole.subarray(0, length);
}
