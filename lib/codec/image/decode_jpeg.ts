import { BitReader } from "./jpeg/bit_reader.ts";
import { pixelsOf } from "./jpeg/colours.ts";
import { buildTable, type HuffmanCode } from "./jpeg/huffman.ts";
import { samplesOf } from "./jpeg/inverse_transform.ts";
import { type Jpeg, readJpeg } from "./jpeg/read_jpeg.ts";
import { decodeScan } from "./jpeg/scan.ts";
import { orientPicture } from "./orient.ts";
import { MAX_PIXELS, type Picture } from "./picture.ts";

/**
 * Decodes a baseline, extended or progressive JPEG of 8 bits and makes it upright according to its EXIF orientation. One component
 * gives grey, three give RGB, and four (CMYK, inverted as Adobe stores it, or YCbCr and black) are converted to RGB. Subsampled chroma
 * is repeated, not interpolated, so values may differ from libjpeg's by several tens of 255ths at sharp colour edges. Colour
 * profiles are ignored.
 *
 * Files that other programs read with a warning are read too: those with bytes between segments or behind the data of a scan, without
 * Huffman tables (Motion JPEG), or with EXIF data that are damaged.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @param options.asStored Whether to ignore the EXIF orientation.
 * @returns A picture of 1 or 3 channels, whose values are multiples of 1/255.
 * @throws {Error} If the file is cut off, damaged, of an unsupported kind or has more than `MAX_PIXELS` pixels.
 */
export function decodeJpeg(
  bytes: Uint8Array,
  name = "picture",
  { asStored = false }: { readonly asStored?: boolean } = {},
): Picture {
  const jpeg = readJpeg(bytes, MAX_PIXELS, name);
  const planes = decodePlanes(jpeg, bytes, name);
  return orientPicture(pixelsOf(jpeg.frame, planes, jpeg.colours), asStored ? 1 : jpeg.orientation);
}

/** Decodes the samples of each component. */
function decodePlanes({ frame, scans, quantisers }: Jpeg, bytes: Uint8Array, name: string): Uint8Array[] {
  const coefficients = frame.components.map(({ stride, height }) => new Int16Array(64 * stride * height));
  for (const { kind, parts, interval, from, end } of scans) {
    const table = (code: HuffmanCode | undefined) => code && buildTable(code, name);
    const ready = parts.map(({ component, dc, ac }) => ({
      component: frame.components[component],
      coefficients: coefficients[component],
      dc: table(dc),
      ac: table(ac),
    }));
    decodeScan(frame, ready, kind, new BitReader(bytes, from, end, name), interval);
  }
  // Each plane takes the place of its coefficients, which are no longer needed.
  return frame.components.map((component, i) => samplesOf(component, coefficients.shift()!, quantisers[i]));
}
