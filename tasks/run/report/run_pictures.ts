import { join } from "node:path";
import type { ReportPictures } from "./model.ts";
import { reducedPicture } from "./reduced_picture.ts";

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
    return { title, ...await reducedPicture(join(folder, file), LARGEST) };
  }));
  return { title, wide: pictures.some(({ wide }) => wide), pictures };
}
