import { alphaOf, compositeOver } from "../image/alpha.ts";
import { asRgb } from "../image/as_rgb.ts";
import { averagePicture } from "../image/average.ts";
import { decodePicture, type PictureHeader, readPictureHeader } from "../../codec/image/decode_picture.ts";
import type { Picture } from "../../codec/image/picture.ts";
import type { Size } from "./intrinsics.ts";
import { printable } from "./printable.ts";
import type { Posed, Shot, View } from "./scene.ts";
import type { SceneFiles } from "./scene_files.ts";

/** How the photographs of a scene are decoded. */
interface Decoding extends Pick<Posed<Shot>, "background"> {
  /** Whether they are turned according to their EXIF orientation. */
  readonly upright: boolean;
}

/**
 * Reads the size and orientation of a photograph.
 *
 * @throws {Error} If there is no such file, or it is no picture that can be read.
 */
export async function readHeader(files: SceneFiles, path: string): Promise<PictureHeader> {
  const { bytes, what } = await readFile(files, path, "a picture");
  return readPictureHeader(bytes, what);
}

/**
 * Decodes a photograph, composites it on the background, converts it to RGB and shrinks it to the size of its camera, as well as its mask.
 *
 * @throws {Error} If a file is missing or damaged, or the mask does not fit the photograph.
 */
export async function decodeShot(
  files: SceneFiles,
  { name, path, maskPath, camera }: Shot,
  { background, upright }: Decoding,
): Promise<View> {
  const { width, height } = camera;
  const { bytes, what } = await readFile(files, path, "a picture");
  const file = await decodePicture(bytes, what, { asStored: !upright });
  if (file.width < width || file.height < height) {
    throw new Error(`${what}: expected at least ${width}×${height} pixels, found ${file.width}×${file.height}.`);
  }
  const fit = (picture: Picture) => {
    const smaller = width < picture.width || height < picture.height;
    return smaller ? averagePicture(picture, width, height) : picture;
  };
  const alpha = alphaOf(file);
  return {
    name,
    camera,
    picture: fit(asRgb(compositeOver(file, background))),
    ...alpha && { alpha: fit(alpha) },
    ...maskPath !== undefined && { mask: await decodeMask(files, maskPath, { width, height }, upright) },
  };
}

/**
 * Decodes a mask. Pixels darker than half of its brightest are masked; a pixel of a shrunk photograph is masked as soon as a part of it is.
 */
async function decodeMask(files: SceneFiles, path: string, size: Size, upright: boolean): Promise<Uint8Array> {
  const { bytes, what } = await readFile(files, path, "a mask");
  const { width, height, channels, pixels } = await decodePicture(bytes, what, { asStored: !upright });
  const fits = width >= size.width && height >= size.height && sameRatio({ width, height }, size);
  if (!fits) {
    throw new Error(
      `${what}: expected a mask of the photograph's size, ${size.width}×${size.height} pixels, or larger in the same ratio, ` +
        `found ${width}×${height}.`,
    );
  }
  // Transparent pixels count as black.
  const hasAlpha = channels === 2 || channels === 4;
  const colours = hasAlpha ? channels - 1 : channels;
  const levels = Float32Array.from({ length: width * height }, (_, i) => {
    const pixel = pixels.subarray(i * channels, (i + 1) * channels);
    return Math.max(...pixel.subarray(0, colours)) * (hasAlpha ? pixel[colours] : 1);
  });
  const half = levels.reduce((most, level) => Math.max(most, level), 0) / 2;
  const kept = levels.map((level) => level > half ? 1 : 0);
  const share = averagePicture({ width, height, channels: 1, pixels: kept }, size.width, size.height);
  return Uint8Array.from(share.pixels, (part) => part > 1 - 1e-6 ? 1 : 0);
}

/** The size with the longer side `size` and the other side rounded down; at most the given size. */
export function shrunkSize(width: number, height: number, size = Infinity): Size {
  const longer = Math.max(width, height);
  if (size >= longer) return { width, height };
  const scaled = (side: number) => Math.max(1, Math.floor(side * size / longer));
  return { width: scaled(width), height: scaled(height) };
}

/** The size of a picture as it is used: as stored, or upright. */
export function usedSize({ width, height, orientation }: PictureHeader, upright: boolean): Size {
  return upright && orientation >= 5 ? { width: height, height: width } : { width, height };
}

/**
 * Checks the picture size for which a camera's focal length and centre are given. The picture in the file must have this size, or
 * be the same picture shrunk or enlarged.
 *
 * @throws {Error} If the size is invalid, or its aspect ratio differs from the file's by more than rounding to whole pixels explains.
 */
export function checkCameraSize(what: string, given: Size, file: Size): void {
  const { width, height } = given;
  if (![width, height].every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new Error(
      `${what}: expected a width and height (w, h) of whole positive numbers, found ${width} and ${height}.`,
    );
  }
  if (sameRatio(given, file)) return;
  throw new Error(
    `${what}: expected a width and height (w, h) in the ratio of the picture's, ${file.width}×${file.height} pixels, ` +
      `found ${width}×${height}; if photographs were rotated, also by their EXIF data, their cameras must be estimated after that.`,
  );
}

/**
 * Whether photographs are to be turned according to their EXIF orientation. Cameras are usually estimated on the pixels as they are
 * stored. Only where the size for which a camera is given fits a photograph lying on its side, and none fits one as it is
 * stored, the cameras are those of upright photographs.
 */
export function areUpright(photographs: readonly { readonly header: PictureHeader; readonly given?: Size }[]): boolean {
  const turned = photographs.flatMap(({ header, given }) =>
    header.orientation >= 5 && given ? [{ header, given }] : []
  );
  const fits = (upright: boolean) => turned.filter(({ header, given }) => sameRatio(given, usedSize(header, upright)));
  return turned.length > 0 && fits(true).length === turned.length && fits(false).length === 0;
}

/** What to tell of photographs with an EXIF orientation and of those whose colours are not sRGB's, if there are any. */
export function pictureWarnings(where: string, photographs: readonly Photograph[], upright: boolean): string[] {
  const which = (some: readonly Photograph[], what: string) =>
    `${where}: ${some.length} of ${photographs.length} photographs have ${what}, such as ${printable(some[0].path)}`;
  const turned = photographs.filter(({ header }) => header.orientation !== 1);
  const coloured = photographs.filter(({ header }) => header.otherColours);
  const warnings: string[] = [];
  if (turned.length > 0) {
    warnings.push(
      `${which(turned, "an EXIF orientation")}; ` +
        (upright
          ? "they are turned upright, as the sizes that are given with the cameras are those of upright ones."
          : "their pixels are used as they are stored, as cameras are estimated on these."),
    );
  }
  if (coloured.length > 0) {
    const example = `${which(coloured, "colours that are not sRGB")} with ${coloured[0].header.otherColours}`;
    warnings.push(`${example}; their pixels are taken as sRGB.`);
  }
  return warnings;
}

/** A photograph of which only the header was read. */
interface Photograph {
  readonly header: PictureHeader;
  readonly path: string;
}

/** Whether one picture may be the other one shrunk, with its sides rounded to whole pixels. */
function sameRatio(a: Size, b: Size): boolean {
  // With some scale, both sides of the smaller picture are within a pixel of the scaled sides of the larger one.
  const [small, large] = a.width > b.width ? [b, a] : [a, b];
  const least = Math.max((small.width - 1) / large.width, (small.height - 1) / large.height);
  const most = Math.min((small.width + 1) / large.width, (small.height + 1) / large.height);
  return least <= most;
}

async function readFile(files: SceneFiles, path: string, kind: string): Promise<{ bytes: Uint8Array; what: string }> {
  const what = `${files.name}/${printable(path)}`;
  const bytes = await files.read(path);
  if (bytes === undefined) throw new Error(`${what}: expected ${kind}, but it is no file.`);
  return { bytes, what };
}
