import { checkPicture } from "../../codec/image/check_picture.ts";
import type { Picture } from "../../codec/image/picture.ts";
import { columnOf } from "../column_of.ts";

/**
 * Composites a picture with alpha on white: colour·alpha + 1 − alpha. Stored values are blended without linearising
 * sRGB, as is usual for the Blender scenes of NeRF.
 *
 * @returns A picture of 1 channel for grey and alpha, or 3 for RGBA; the same object if the picture has no alpha.
 * @throws {RangeError} If the picture is invalid.
 */
export function compositeOnWhite(picture: Picture): Picture {
  return compositeOver(picture, "white");
}

/** Composites a picture with alpha on white or black; see {@linkcode compositeOnWhite}. */
export function compositeOver(picture: Picture, background: "white" | "black"): Picture {
  checkPicture("compositeOver", picture);
  const { width, height, channels, pixels } = picture;
  if (channels === 1 || channels === 3) return picture;
  const colours = channels === 2 ? 1 : 3;
  const behind = background === "white" ? 1 : 0;
  const mixed = new Float32Array(width * height * colours);
  for (let i = 0; i < width * height; i++) {
    const alpha = pixels[i * channels + colours];
    for (let c = 0; c < colours; c++) mixed[i * colours + c] = pixels[i * channels + c] * alpha + behind * (1 - alpha);
  }
  return { width, height, channels: colours, pixels: mixed };
}

/** The alpha of a picture as a picture of 1 channel; undefined if it has none. */
export function alphaOf(picture: Picture): Picture | undefined {
  checkPicture("alphaOf", picture);
  const { width, height, channels, pixels } = picture;
  if (channels === 1 || channels === 3) return undefined;
  const alpha = columnOf(pixels, channels, channels - 1);
  return { width, height, channels: 1, pixels: alpha };
}
