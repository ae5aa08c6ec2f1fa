import { checkPicture, checkWhole } from "../../codec/image/check_picture.ts";
import type { Picture } from "../../codec/image/picture.ts";

/** A rectangle of whole pixels. */
export interface Rectangle {
  /** The left column, counted from 0. */
  x: number;
  /** The top row, counted from 0. */
  y: number;
  /** Width in pixels; at least 1. */
  width: number;
  /** Height in pixels; at least 1. */
  height: number;
}

/**
 * Cuts a rectangle out of a picture.
 *
 * @returns A new picture of the rectangle's size and the same channels.
 * @throws {RangeError} If the rectangle is empty, not of whole pixels or not entirely inside the picture.
 */
export function cropPicture(picture: Picture, rectangle: Rectangle): Picture {
  const { x, y, width, height } = rectangle;
  const { channels } = picture;
  checkPicture("cropPicture", picture);
  checkWhole("cropPicture: x", x, 0);
  checkWhole("cropPicture: y", y, 0);
  checkWhole("cropPicture: width", width, 1);
  checkWhole("cropPicture: height", height, 1);
  if (x + width > picture.width || y + height > picture.height) {
    throw new RangeError(
      `cropPicture: ${width}×${height} pixels at (${x}, ${y}) exceed the picture of ` +
        `${picture.width}×${picture.height}.`,
    );
  }
  const pixels = new Float32Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * picture.width + x) * channels;
    pixels.set(picture.pixels.subarray(from, from + width * channels), row * width * channels);
  }
  return { width, height, channels, pixels };
}
