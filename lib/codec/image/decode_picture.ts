import { decodeJpeg } from "./decode_jpeg.ts";
import { decodePng } from "./decode_png.ts";
import type { Picture } from "./picture.ts";
import { describeFileKind } from "../file_kind.ts";

/**
 * Reads a PNG or a JPEG, told apart by their first bytes, not by the name. The channels are those of the file: a grey
 * file gives 1, a palette gives 3, a transparent colour adds alpha. Colour profiles and gamma are ignored.
 *
 * @param bytes The whole file.
 * @param name How errors call the file.
 * @returns The picture; a JPEG's EXIF orientation has been applied.
 * @throws {Error} If the bytes are neither, or the file is cut off, damaged, too large or of a kind that is not read.
 */
export async function decodePicture(bytes: Uint8Array, name = "picture"): Promise<Picture> {
  const kind = describeFileKind(bytes);
  if (kind === "PNG") return decodePng(bytes, name);
  if (kind === "JPEG") return await decodeJpeg(bytes, name);
  throw new Error(`${name}: expected a PNG or a JPEG, found ${kind}.`);
}
