import { crc32 } from "./runtime/crc32.ts";
import { joinBytes } from "./join_bytes.ts";
import { InflateError } from "./runtime/inflate.ts";
import { inflate, plain, runtimeZlib } from "./runtime/zlib.ts";

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
  const damaged = (cause: unknown) => new Error(`${name}: the gzip file is damaged or cut off.`, { cause });
  const zlib = runtimeZlib();
  try {
    if (zlib) return plain(zlib.gunzipSync(bytes, { maxOutputLength: limit, chunkSize: CHUNK }));
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(bytes, name, limit);
    if (code !== "Z_DATA_ERROR") throw damaged(cause);
  }
  let members: { content: Uint8Array; surplus: number };
  try {
    members = unpackMembers(bytes, limit, zlib ? MOST_MEMBERS : Infinity);
  } catch (cause) {
    throw (cause as InflateError).reason === "too large" ? tooLarge(bytes, name, limit) : damaged(cause);
  }
  passedOver(members.surplus);
  return members.content;
}

function tooLarge(bytes: Uint8Array, name: string, limit: number): Error {
  const times = Math.round(limit / Math.max(1, bytes.length));
  return new Error(
    `${name}: expected at most ${limit} bytes after decompression, ${times} times those of the file, found more.`,
  );
}

/** Decompresses whole members and counts the bytes after the last one. Throws `InflateError` if one is damaged or there is none. */
function unpackMembers(bytes: Uint8Array, limit: number, most: number): { content: Uint8Array; surplus: number } {
  const contents: Uint8Array[] = [];
  let at = 0;
  while (bytes[at] === 0x1f && bytes[at + 1] === 0x8b) {
    const data = contents.length < most ? headerEnd(bytes, at) : undefined;
    if (data === undefined) throw new InflateError("damaged");
    const { content, used } = inflate(bytes.subarray(data), { format: "raw", limit, chunk: CHUNK });
    const end = data + used + 8;
    if (end > bytes.length) throw new InflateError("damaged");
    const trailer = new DataView(bytes.buffer, bytes.byteOffset + end - 8, 8);
    const isWhole = trailer.getUint32(0, true) === crc32(content) &&
      trailer.getUint32(4, true) === content.length % 2 ** 32;
    if (!isWhole) throw new InflateError("damaged");
    contents.push(content);
    limit -= content.length;
    at = end;
  }
  if (contents.length === 0) throw new InflateError("damaged");
  const rest = bytes.subarray(at);
  return { content: joinBytes(contents), surplus: rest.findLastIndex((byte) => byte !== 0) + 1 };
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
