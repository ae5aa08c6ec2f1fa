/**
 * Pictures as they lie in memory, and reading one from the bytes of a file.
 *
 * @module
 */

import { decodeJpeg } from "./jpeg.ts";
import { decodePng } from "./png.ts";
import { describeFileKind } from "./file_kind.ts";

/** A picture in memory. Alpha, where there is one, is the last channel and not multiplied into the colours. */
export interface Picture {
  /** Pixels in a row, at least 1. */
  width: number;
  /** Rows, at least 1. */
  height: number;
  /** 1 is grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  channels: 1 | 2 | 3 | 4;
  /** Row-major `[height, width, channels]`, top row first, values in [0, 1] as stored (sRGB is not made linear). */
  pixels: Float32Array;
}

/**
 * Reads a PNG or a JPEG, told apart by their first bytes, not by the name. The channels are those of the file: a grey
 * file gives 1, a palette gives 3, a transparent colour adds alpha. Colour profiles and gamma are ignored.
 *
 * @param bytes The whole file.
 * @param name How errors call the file.
 * @returns The picture; a JPEG's EXIF orientation has been applied.
 * @throws {Error} If the bytes are neither, or the file is cut off, damaged, too large or of a kind that is not read.
 */
export async function decodePicture(bytes: Uint8Array, name = "picture"): Promise<Picture> {
  const kind = describeFileKind(bytes);
  if (kind === "PNG") return decodePng(bytes, name);
  if (kind === "JPEG") return await decodeJpeg(bytes, name);
  throw new Error(`${name}: expected a PNG or a JPEG, found ${kind}.`);
}
