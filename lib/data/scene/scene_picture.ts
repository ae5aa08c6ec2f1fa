import { alphaOf, compositeOver } from "../image/alpha.ts";
import { averagePicture } from "../image/average.ts";
import { decodePicture } from "../../codec/image/decode_picture.ts";
import type { Picture } from "../../codec/image/picture.ts";
import type { SceneOptions } from "./scene.ts";

/** A picture as a scene has it, and the size of the file's. */
export interface ScenePicture {
  readonly picture: Picture;
  /** Of the same size; only where the file has alpha. */
  readonly alpha?: Picture;
  readonly fileWidth: number;
  readonly fileHeight: number;
}

/** Decodes a photograph, lays it over the background, makes it RGB and shrinks it as the options say. */
export async function decodeScenePicture(
  bytes: Uint8Array,
  name: string,
  options: SceneOptions,
): Promise<ScenePicture> {
  const file = await decodePicture(bytes, name);
  const opaque = asRgb(compositeOver(file, options.background ?? "white"));
  const { width, height } = shrunkSize(file.width, file.height, options.size);
  const smaller = width < file.width || height < file.height;
  const fit = (picture: Picture) => smaller ? averagePicture(picture, width, height) : picture;
  const alpha = alphaOf(file);
  return {
    picture: fit(opaque),
    ...alpha && { alpha: fit(alpha) },
    fileWidth: file.width,
    fileHeight: file.height,
  };
}

/**
 * Checks that all pictures have one size.
 *
 * @throws {Error} If they have not.
 */
export function checkSameSize(where: string, pictures: readonly (ScenePicture & { readonly name: string })[]): void {
  const [first] = pictures;
  const other = pictures.find((each) => each.fileWidth !== first.fileWidth || each.fileHeight !== first.fileHeight);
  if (other !== undefined) {
    throw new Error(
      `${where}: expected pictures of one size, but ${first.name} has ${first.fileWidth}×${first.fileHeight} pixels and ` +
        `${other.name} ${other.fileWidth}×${other.fileHeight}.`,
    );
  }
}

/**
 * Checks the size that a camera's focal length and centre are given for: the file has to be that picture, or the same one shrunk or
 * enlarged.
 *
 * @throws {Error} If it is no size, or has another ratio than rounding to whole pixels explains.
 */
export function checkCameraSize(
  what: string,
  width: number,
  height: number,
  { fileWidth, fileHeight }: Pick<ScenePicture, "fileWidth" | "fileHeight">,
): void {
  if (![width, height].every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new Error(
      `${what}: expected a width and height (w, h) of whole positive numbers, found ${width} and ${height}.`,
    );
  }
  // Both sides of the smaller picture lie within a pixel of the larger one's times one scale.
  const [small, large] = width > fileWidth ? [[fileWidth, fileHeight], [width, height]] : [
    [width, height],
    [fileWidth, fileHeight],
  ];
  const least = Math.max(...small.map((side, i) => (side - 1) / large[i]));
  const most = Math.min(...small.map((side, i) => (side + 1) / large[i]));
  if (least <= most) return;
  throw new Error(
    `${what}: expected a width and height (w, h) in the ratio of the picture's, ${fileWidth}×${fileHeight} pixels, ` +
      `found ${width}×${height}; if photographs were rotated, also by their EXIF data, their cameras must be estimated after that.`,
  );
}

function asRgb(picture: Picture): Picture {
  const { width, height, channels, pixels } = picture;
  if (channels === 3) return picture;
  return {
    width,
    height,
    channels: 3,
    pixels: Float32Array.from({ length: width * height * 3 }, (_, i) => pixels[Math.floor(i / 3)]),
  };
}

/** A longer side of `size`, the other rounded down; never larger than the file. */
function shrunkSize(width: number, height: number, size = Infinity): { width: number; height: number } {
  const longer = Math.max(width, height);
  if (size >= longer) return { width, height };
  const scaled = (side: number) => Math.max(1, Math.floor(side * size / longer));
  return { width: scaled(width), height: scaled(height) };
}
