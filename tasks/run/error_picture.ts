import { checkSameShape } from "../../lib/codec/image/check_picture.ts";
import type { Picture } from "../../lib/codec/image/picture.ts";
import { errorColour } from "./error_colour.ts";

/** The error that the brightest colour stands for. It is fixed, so that pictures of different runs can be compared. */
const FULL_SCALE = 0.25;

/**
 * Draws where a result differs from its target: the absolute difference of each pixel, averaged over its channels, on
 * the colour scale of `errorColour` from 0 (black) to 0.25 or more (pale yellow). The range is the same for all pictures.
 *
 * @param result The reconstruction. Its values are not clamped.
 * @param target The picture that it should equal; of the same size and channels.
 * @returns An RGB picture of the same size, in which white pixels stand for NaN.
 * @throws {RangeError} If the sizes or channels differ.
 */
export function errorPicture(result: Picture, target: Picture): Picture {
  checkSameShape("errorPicture", result, target);
  const { width, height, channels } = target;
  const pixels = new Float32Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    let sum = 0;
    for (let c = i * channels; c < (i + 1) * channels; c++) sum += Math.abs(result.pixels[c] - target.pixels[c]);
    pixels.set(errorColour(sum / channels / FULL_SCALE), i * 3);
  }
  return { width, height, channels: 3, pixels };
}
