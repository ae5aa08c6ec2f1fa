import { join } from "node:path";
import { decodePicture } from "../../../lib/codec/image/decode_picture.ts";
import { encodePng } from "../../../lib/codec/image/encode_png.ts";
import { fitLongerSide, resizePicture } from "../../../lib/data/image/resize.ts";
import { readInput } from "../../shell/read_input.ts";
import type { ReportPictures } from "./model.ts";

/** Longer side of a picture in a report, in pixels. */
const LARGEST = 384;

/**
 * Reads pictures of a run for a report.
 *
 * @param title What is written below them.
 * @param folder The run's folder.
 * @param wanted The names of their files, and what each shows.
 * @throws {UserError} If one cannot be read.
 */
export async function runPictures(
  title: string,
  folder: string,
  wanted: readonly { readonly file: string; readonly title: string }[],
): Promise<ReportPictures> {
  const pictures = await Promise.all(wanted.map(async ({ file, title }) => {
    return { title, ...await reduced(join(folder, file)) };
  }));
  return { title, wide: pictures.some(({ wide }) => wide), pictures };
}

/** A picture as PNG, shrunk if it is large. */
async function reduced(path: string): Promise<{ png: Uint8Array; wide: boolean }> {
  const bytes = await readInput(path);
  const picture = await decodePicture(bytes, path);
  const wide = picture.width > 2 * picture.height;
  const largest = wide ? 2 * LARGEST : LARGEST;
  if (Math.max(picture.width, picture.height) <= largest) return { png: bytes, wide };
  const { width, height } = fitLongerSide(picture.width, picture.height, largest);
  return { png: encodePng(resizePicture(picture, width, height, { antialias: true })), wide };
}
