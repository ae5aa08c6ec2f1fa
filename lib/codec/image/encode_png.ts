/**
 * Encoding PNG.
 *
 * @module
 */

import { checkOptions } from "../../hyperparameter/members.ts";
import { encode } from "npm:fast-png@8.0.0";
import { checkPicture } from "./check_picture.ts";
import type { Picture } from "./picture.ts";

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
  const data = new (depth === 8 ? Uint8Array : Uint16Array)(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    if (Number.isNaN(pixels[i])) {
      const pixel = Math.floor(i / channels);
      throw new RangeError(
        `encodePng: expected values in [0, 1], found NaN in row ${Math.floor(pixel / width)}, column ${pixel % width}.`,
      );
    }
    data[i] = Math.floor(Math.min(1, Math.max(0, pixels[i])) * full + 0.5);
  }
  return encode({ width, height, channels, depth, data });
}
