import { checkPicture } from "../codec/image/check_picture.ts";
import type { Picture } from "../codec/image/picture.ts";
import { peakSignalToNoiseRatio } from "./psnr.ts";

/**
 * The PSNR in dB of the best silhouette of one colour: alpha·c + (1 − alpha)·background with the c of least squared error. A
 * field that has learned only where something is reaches as much.
 *
 * @param picture RGB, laid over the background.
 * @param alpha 1 channel, of the same size: how much of the background is hidden.
 * @throws {RangeError} If they differ in size, or have other channels.
 */
export function silhouettePsnr(picture: Picture, alpha: Picture, background: "white" | "black"): number {
  checkPicture("silhouettePsnr: picture", picture);
  checkPicture("silhouettePsnr: alpha", alpha);
  const shape = ({ width, height, channels }: Picture) => `${width}×${height}×${channels}`;
  if (shape({ ...picture, channels: 1 }) !== shape(alpha) || picture.channels !== 3) {
    throw new RangeError(
      `silhouettePsnr: an RGB picture and its alpha expected, ${shape(picture)} and ${shape(alpha)} found.`,
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
