import type * as nodeBuffer from "node:buffer";
import type * as node from "node:zlib";
import { builtin } from "./builtin.ts";
import { deflate } from "./deflate.ts";
import { Inflate, InflateError } from "./inflate.ts";

/** What was decompressed. */
interface Inflated {
  /** The bytes. */
  readonly content: Uint8Array;
  /** How many of the compressed bytes were used. */
  readonly used: number;
}

/** How data are decompressed. */
interface InflateOptions {
  /** `"zlib"`: with zlib's header and checksum (RFC 1950); `"raw"`: without (RFC 1951). */
  readonly format: "zlib" | "raw";
  /** The most bytes of the result. */
  readonly limit: number;
  /** The bytes that are decompressed at a time where the runtime has zlib; its default if not given. */
  readonly chunk?: number;
}

/** What Node's functions return if they are asked for more than the bytes. */
interface NodeResult {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

/** The runtime's zlib, which is several times as fast as what is written here; a browser has none. */
export function runtimeZlib(): typeof node | undefined {
  return builtin<typeof node>("node:zlib");
}

/**
 * Decompresses data of deflate, with the runtime's zlib where there is one.
 *
 * @throws {InflateError} If the data are damaged or cut off, or the result exceeds the limit.
 */
export function inflate(data: Uint8Array, { format, limit, chunk }: InflateOptions): Inflated {
  const zlib = runtimeZlib();
  if (zlib === undefined) return new Inflate(data, limit).run(format);
  const unpack = format === "zlib" ? zlib.inflateSync : zlib.inflateRawSync;
  const options = { info: true, maxOutputLength: limit, ...chunk !== undefined && { chunkSize: chunk } };
  try {
    // A plain array would be copied first.
    const { Buffer } = builtin<typeof nodeBuffer>("node:buffer")!;
    const result: unknown = unpack(Buffer.from(data.buffer, data.byteOffset, data.length), options);
    const { buffer, engine: { bytesWritten } } = result as NodeResult;
    return { content: plain(buffer), used: bytesWritten };
  } catch (cause) {
    throw new InflateError((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" ? "too large" : "damaged");
  }
}

/** Compresses data in zlib's format (RFC 1950), with the runtime's zlib where there is one: it makes them smaller. */
export function compress(data: Uint8Array): Uint8Array {
  const zlib = runtimeZlib();
  return zlib === undefined ? deflate(data) : plain(zlib.deflateSync(data));
}

/** The bytes of a buffer of Node as a plain array. */
export function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
