import { decodePng } from "./decode_png.ts";
import type { Picture } from "./picture.ts";
import { describeFileKind, describeFound } from "../file_kind.ts";

/**
 * Decodes a PNG or a JPEG, which are recognised by their first bytes, not by the name. The channels are those of the file: a grey
 * file gives 1, a palette gives 3, and a transparent colour adds alpha. Colour profiles and gamma are ignored.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @returns The picture; a JPEG's EXIF orientation has been applied.
 * @throws {Error} If the file is neither a PNG nor a JPEG, or is truncated, damaged, too large or of an unsupported kind.
 */
export async function decodePicture(bytes: Uint8Array, name = "picture"): Promise<Picture> {
  const kind = describeFileKind(bytes);
  if (kind === "PNG") return decodePng(bytes, name);
  if (kind === "JPEG") {
    const { decodeJpeg } = await import("./decode_jpeg.ts");
    return decodeJpeg(bytes, name);
  }
  throw new Error(`${name}: expected a PNG or a JPEG, found ${describeFound(bytes, name, "a picture", "PNG")}.`);
}
