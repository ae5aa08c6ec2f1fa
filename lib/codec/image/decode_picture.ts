import { BYTES } from "../../hyperparameter/arguments.ts";
import { checkMember, checkOptions } from "../../hyperparameter/members.ts";
import { decodePng } from "./decode_png.ts";
import { readJpeg } from "./jpeg/read_jpeg.ts";
import { MAX_PIXELS, type Picture } from "./picture.ts";
import { describeColourSpace } from "./exif.ts";
import { describeChunks } from "./png/colours.ts";
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
  /** The orientation according to EXIF, 1 to 8; 1 (upright) if the file does not tell. */
  readonly orientation: number;
  /**
   * What the picture has that tells colours other than sRGB's, such as `the ICC profile "Display P3"` or `a gamma of 1`. Pixels are
   * decoded as if they were sRGB all the same.
   */
  readonly otherColours?: string;
}

/**
 * Decodes a PNG or a JPEG, which are recognised by their first bytes, not by the name. The channels are those of the file: a grey
 * file gives 1, a palette gives 3, and a transparent colour adds alpha. Colour profiles and gamma are ignored
 * (`readPictureHeader` tells them).
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @returns The picture; its EXIF orientation has been applied unless the option `asStored` is given.
 * @throws {Error} If the file is neither a PNG nor a JPEG, or is truncated, damaged, too large or of an unsupported kind.
 */
export async function decodePicture(
  bytes: Uint8Array,
  name = "picture",
  options: DecodeOptions = {},
): Promise<Picture> {
  checkOptions("decodePicture", options, { asStored: true });
  const { asStored = false } = options;
  if (kindOf(bytes, name) === "PNG") return decodePng(bytes, name, { asStored });
  const { decodeJpeg } = await import("./decode_jpeg.ts");
  return decodeJpeg(bytes, name, { asStored });
}

/**
 * Reads the size, the orientation and the kind of colours of a PNG or a JPEG without decoding it.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is neither a PNG nor a JPEG, or is truncated or of an unsupported kind.
 */
export function readPictureHeader(bytes: Uint8Array, name = "picture"): PictureHeader {
  if (kindOf(bytes, name) === "PNG") {
    const { header: { width, height }, exif, colours } = readPngHeader(bytes, name);
    const otherColours = colours.size > 0 ? describeChunks(colours) : describeColourSpace(exif);
    return { width, height, orientation: exif.orientation ?? 1, ...otherColours && { otherColours } };
  }
  const { frame: { width, height }, orientation, otherColours } = readJpeg(bytes, MAX_PIXELS, name);
  return { width, height, orientation, ...otherColours && { otherColours } };
}

function kindOf(bytes: Uint8Array, name: string): "PNG" | "JPEG" {
  checkMember(name, bytes, BYTES);
  const kind = describeFileKind(bytes);
  if (kind === "PNG" || kind === "JPEG") return kind;
  throw new Error(`${name}: expected a PNG or a JPEG, found ${describeFound(bytes, name, "a picture", "PNG")}.`);
}
