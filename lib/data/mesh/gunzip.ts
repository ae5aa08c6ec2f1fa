/** More than any mesh takes that this library can work on; a small file may claim to unpack to anything. */
const MAX_BYTES = 2 ** 30;

/**
 * Unpacks gzip.
 *
 * @param bytes The whole file.
 * @param name How errors call the file.
 * @param limit Most bytes that it may unpack to.
 * @throws {Error} If it is damaged or cut off, or unpacks to more than the limit.
 */
export async function gunzip(bytes: Uint8Array, name: string, limit: number = MAX_BYTES): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    for await (const part of stream) {
      length += part.length;
      if (length > limit) break;
      parts.push(part);
    }
  } catch (cause) {
    throw new Error(`${name}: the gzip file is damaged or cut off.`, { cause });
  }
  if (length > limit) throw new Error(`${name}: unpacks to more than the ${limit} bytes that are read.`);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
