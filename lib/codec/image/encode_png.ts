/**
 * Encoding PNG.
 *
 * @module
 */

import { checkOptions } from "../../hyperparameter/members.ts";
import { joinBytes } from "../join_bytes.ts";
import { compress } from "../runtime/zlib.ts";
import { checkPicture } from "./check_picture.ts";
import type { Picture } from "./picture.ts";
import { chunk, SIGNATURE, words } from "./png/chunk.ts";

/** The types of colour of 1 to 4 channels: grey, grey with alpha, RGB and RGB with alpha. */
const COLOUR_TYPES = [0, 4, 2, 6];

/** Options of {@linkcode encodePng}. */
export interface EncodePngOptions {
  /** Bits per sample; by default 8. */
  depth?: 8 | 16;
}

/**
 * Encodes a picture as PNG with the same channels. Values, including infinities, are clamped to [0, 1] and rounded to the
 * nearest of the 2^depth levels, so a picture that `decodePng` read at this depth is written unchanged.
 *
 * @returns The whole file; the same picture gives the same bytes.
 * @throws {RangeError} If a value is NaN, the depth is neither 8 nor 16, or the picture is invalid.
 */
export function encodePng(picture: Picture, options: EncodePngOptions = {}): Uint8Array {
  checkOptions("encodePng", options, { depth: true });
  const { depth = 8 } = options;
  checkPicture("encodePng", picture);
  if (depth !== 8 && depth !== 16) throw new RangeError(`encodePng: expected a depth of 8 or 16 bits, found ${depth}.`);
  const { width, height, channels, pixels } = picture;
  const full = 2 ** depth - 1;
  const [bytes, entries] = [depth / 8, width * channels];
  // A byte before each row says that it is not filtered.
  const rows = new Uint8Array(height * (1 + entries * bytes));
  for (let i = 0, at = 0; i < pixels.length; i++) {
    if (i % entries === 0) at++;
    if (Number.isNaN(pixels[i])) {
      const pixel = Math.floor(i / channels);
      throw new RangeError(
        `encodePng: expected values in [0, 1], found NaN in row ${Math.floor(pixel / width)}, column ${pixel % width}.`,
      );
    }
    const level = Math.floor(Math.min(1, Math.max(0, pixels[i])) * full + 0.5);
    if (depth === 16) rows[at++] = level >> 8;
    rows[at++] = level;
  }
  // Deflate, filters by row, no interlacing.
  const header = joinBytes([words(width, height), Uint8Array.of(depth, COLOUR_TYPES[channels - 1], 0, 0, 0)]);
  return joinBytes([SIGNATURE, chunk("IHDR", header), chunk("IDAT", compress(rows)), chunk("IEND", new Uint8Array())]);
}
