import { alphaOf, compositeOver } from "../image/alpha.ts";
import { averagePicture } from "../image/average.ts";
import { decodePicture } from "../../codec/image/decode_picture.ts";
import type { Picture } from "../../codec/image/picture.ts";
import type { SceneOptions } from "./scene.ts";

/** A decoded photograph with the size of the picture in its file. */
export interface ScenePicture {
  readonly picture: Picture;
  /** The alpha, of the same size; undefined if the file has none. */
  readonly alpha?: Picture;
  /** Width of the picture in the file, in pixels. */
  readonly fileWidth: number;
  /** Height of the picture in the file, in pixels. */
  readonly fileHeight: number;
}

/** Decodes a photograph, composites it on the background, converts it to RGB and shrinks it as the options say. */
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
 * Checks that all pictures have the same size.
 *
 * @throws {Error} If their sizes differ.
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
 * Checks the picture size for which a camera's focal length and centre are given. The picture in the file must have this size, or
 * be the same picture shrunk or enlarged.
 *
 * @throws {Error} If the size is invalid, or its aspect ratio differs from the file's by more than rounding to whole pixels explains.
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
  // With some scale, both sides of the smaller picture are within a pixel of the scaled sides of the larger one.
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

/** The size with the longer side `size` and the other side rounded down; at most the given size. */
function shrunkSize(width: number, height: number, size = Infinity): { width: number; height: number } {
  const longer = Math.max(width, height);
  if (size >= longer) return { width, height };
  const scaled = (side: number) => Math.max(1, Math.floor(side * size / longer));
  return { width: scaled(width), height: scaled(height) };
}
