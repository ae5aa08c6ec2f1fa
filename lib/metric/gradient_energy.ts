import { checkPicture } from "../codec/image/check_picture.ts";
import type { Picture } from "../codec/image/picture.ts";

/**
 * The sum over pixels and channels of the squared differences from the neighbours on the right and below. It measures sharpness:
 * blurring lowers it, and noise raises it.
 *
 * @throws {RangeError} If the picture's sizes do not match its number of pixels.
 */
export function gradientEnergy(picture: Picture): number {
  checkPicture("gradientEnergy", picture);
  const { width, height, channels, pixels } = picture;
  const row = width * channels;
  let sum = 0;
  for (let i = 0; i < pixels.length; i++) {
    if (i % row < row - channels) sum += (pixels[i + channels] - pixels[i]) ** 2;
    if (i < (height - 1) * row) sum += (pixels[i + row] - pixels[i]) ** 2;
  }
  return sum;
}
