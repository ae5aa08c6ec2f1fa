import { decodePng } from "./decode_png.ts";
import { readJpeg } from "./jpeg/read_jpeg.ts";
import { MAX_PIXELS, type Picture } from "./picture.ts";
import { readPngHeader } from "./png/read_png.ts";
import { describeFileKind, describeFound } from "../file_kind.ts";

/** Options for decoding a picture. */
export interface DecodeOptions {
  /** Whether to return the pixels as they are stored instead of upright according to the EXIF orientation; by default false. */
  readonly asStored?: boolean;
}

/** What is known of a picture before it is decoded. */
export interface PictureHeader {
  /** Width as stored, in pixels. */
  readonly width: number;
  /** Height as stored, in pixels. */
  readonly height: number;
  /** The orientation of a JPEG according to EXIF, 1 to 8; 1 (upright) if the file does not tell, and for every PNG. */
  readonly orientation: number;
}

/**
 * Decodes a PNG or a JPEG, which are recognised by their first bytes, not by the name. The channels are those of the file: a grey
 * file gives 1, a palette gives 3, and a transparent colour adds alpha. Colour profiles and gamma are ignored.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @returns The picture; a JPEG's EXIF orientation has been applied unless the option `asStored` is given.
 * @throws {Error} If the file is neither a PNG nor a JPEG, or is truncated, damaged, too large or of an unsupported kind.
 */
export async function decodePicture(
  bytes: Uint8Array,
  name = "picture",
  { asStored = false }: DecodeOptions = {},
): Promise<Picture> {
  if (kindOf(bytes, name) === "PNG") return decodePng(bytes, name);
  const { decodeJpeg } = await import("./decode_jpeg.ts");
  return decodeJpeg(bytes, name, { asStored });
}

/**
 * Reads the size and the orientation of a PNG or a JPEG without decoding it.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is neither a PNG nor a JPEG, or is truncated or of an unsupported kind.
 */
export function readPictureHeader(bytes: Uint8Array, name = "picture"): PictureHeader {
  if (kindOf(bytes, name) === "PNG") {
    const { width, height } = readPngHeader(bytes, name);
    return { width, height, orientation: 1 };
  }
  const { frame: { width, height }, orientation } = readJpeg(bytes, MAX_PIXELS, name);
  return { width, height, orientation };
}

function kindOf(bytes: Uint8Array, name: string): "PNG" | "JPEG" {
  const kind = describeFileKind(bytes);
  if (kind === "PNG" || kind === "JPEG") return kind;
  throw new Error(`${name}: expected a PNG or a JPEG, found ${describeFound(bytes, name, "a picture", "PNG")}.`);
}
