import { checkPicture } from "../codec/image/check_picture.ts";
import type { Picture } from "../codec/image/picture.ts";
import { peakSignalToNoiseRatio } from "./psnr.ts";

/**
 * The PSNR in dB of the best silhouette of one colour: alpha·c + (1 − alpha)·background, with the colour c of least squared error. A
 * field that has learnt only the silhouette of an object reaches this value, so it serves as a baseline.
 *
 * @param picture An RGB picture, composited on the background.
 * @param alpha Its alpha: a picture of the same size with one channel.
 * @param background The colour of the background.
 * @throws {RangeError} If the sizes differ, or the numbers of channels are not 3 and 1.
 */
export function silhouettePsnr(picture: Picture, alpha: Picture, background: "white" | "black"): number {
  checkPicture("silhouettePsnr: picture", picture);
  checkPicture("silhouettePsnr: alpha", alpha);
  const shape = ({ width, height, channels }: Picture) => `${width}×${height}×${channels}`;
  if (shape({ ...picture, channels: 1 }) !== shape(alpha) || picture.channels !== 3) {
    throw new RangeError(
      `silhouettePsnr: expected an RGB picture and its alpha, found ${shape(picture)} and ${shape(alpha)}.`,
    );
  }
  const behind = background === "white" ? 1 : 0;
  const cover = alpha.pixels;
  const squares = cover.reduce((sum, a) => sum + a * a, 0);
  const silhouette = new Float32Array(picture.pixels.length);
  for (let c = 0; c < 3; c++) {
    const along = cover.reduce((sum, a, i) => sum + a * (picture.pixels[3 * i + c] - (1 - a) * behind), 0);
    const colour = squares === 0 ? behind : along / squares;
    cover.forEach((a, i) => silhouette[3 * i + c] = a * colour + (1 - a) * behind);
  }
  return peakSignalToNoiseRatio(silhouette, picture.pixels);
}
