import { crc32, gunzipSync, inflateRawSync } from "node:zlib";
import { joinBytes } from "./join_bytes.ts";

/** The most bytes that are unpacked: more than any mesh that this library supports. */
const MAX_BYTES = 2 ** 30;

/** So many bytes may be unpacked from a file of any size. */
const ALWAYS = 2 ** 26;

/** A larger result may have at most this many times the bytes of the file. Meshes reach some ten times, files made to do harm a thousand. */
const MAX_RATIO = 100;

/** The number of bytes that are unpacked at a time. */
const CHUNK = 2 ** 18;

/** More members than this never occur before bytes that are no member. */
const MOST_MEMBERS = 1000;

/**
 * Decompresses gzip. Several members are joined. Bytes after the last one that do not begin another one are passed over, as by gzip itself.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @param limit The most bytes of the result; by default 64 MiB or 100 times the file, whichever is more, but not above 1 GiB.
 * @param passedOver Is called with the number of bytes that were passed over after the last member, zeros at the end not counted.
 * @throws {Error} If the file is damaged or truncated, or the result exceeds the limit.
 */
export function gunzip(
  bytes: Uint8Array,
  name: string,
  limit: number = Math.min(MAX_BYTES, Math.max(ALWAYS, MAX_RATIO * bytes.length)),
  passedOver: (bytes: number) => void = () => {},
): Promise<Uint8Array> {
  return new Promise((resolve) => resolve(unpack(bytes, name, limit, passedOver)));
}

function unpack(bytes: Uint8Array, name: string, limit: number, passedOver: (bytes: number) => void): Uint8Array {
  try {
    return plain(gunzipSync(bytes, { maxOutputLength: limit, chunkSize: CHUNK }));
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(bytes, name, limit);
    const members = code === "Z_DATA_ERROR" ? unpackMembers(bytes, limit) : undefined;
    if (members !== undefined) {
      passedOver(members.surplus);
      return members.content;
    }
    throw new Error(`${name}: the gzip file is damaged or cut off.`, { cause });
  }
}

function tooLarge(bytes: Uint8Array, name: string, limit: number): Error {
  const times = Math.round(limit / Math.max(1, bytes.length));
  return new Error(
    `${name}: expected at most ${limit} bytes after decompression, ${times} times those of the file, found more.`,
  );
}

/** Decompresses whole members and counts the bytes after the last one; undefined if one is damaged or there is none. */
function unpackMembers(bytes: Uint8Array, limit: number): { content: Uint8Array; surplus: number } | undefined {
  const contents: Uint8Array[] = [];
  let at = 0;
  while (bytes[at] === 0x1f && bytes[at + 1] === 0x8b) {
    const data = contents.length < MOST_MEMBERS ? headerEnd(bytes, at) : undefined;
    const member = data === undefined ? undefined : inflate(bytes.subarray(data), limit);
    if (data === undefined || member === undefined) return undefined;
    const { content, length } = member;
    const end = data + length + 8;
    if (end > bytes.length) return undefined;
    const trailer = new DataView(bytes.buffer, bytes.byteOffset + end - 8, 8);
    if (trailer.getUint32(0, true) !== crc32(content)) return undefined;
    if (trailer.getUint32(4, true) !== content.length % 2 ** 32) return undefined;
    contents.push(content);
    limit -= content.length;
    at = end;
  }
  if (contents.length === 0) return undefined;
  const rest = bytes.subarray(at);
  return { content: joinBytes(contents), surplus: rest.findLastIndex((byte) => byte !== 0) + 1 };
}

/** Decompresses raw data, and says how many bytes of it were used; undefined if they are damaged, cut off or too many. */
function inflate(data: Uint8Array, limit: number): { content: Uint8Array; length: number } | undefined {
  try {
    const result: unknown = inflateRawSync(data, { info: true, maxOutputLength: limit, chunkSize: CHUNK });
    const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } };
    return { content: plain(buffer), length: engine.bytesWritten };
  } catch {
    return undefined;
  }
}

/** The position after the header of a member (RFC 1952, section 2.3), or undefined if it is cut off or unknown. */
function headerEnd(bytes: Uint8Array, at: number): number | undefined {
  const flags = bytes[at + 3];
  if (bytes[at + 2] !== 8 || flags >= 32) return undefined;
  let end = at + 10;
  if (flags & 4) end += 2 + bytes[end] + 256 * bytes[end + 1];
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const zero = bytes.indexOf(0, end);
    if (zero < 0) return undefined;
    end = zero + 1;
  }
  if (flags & 2) end += 2;
  return end < bytes.length ? end : undefined;
}

/** The bytes of a buffer as a plain array. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
