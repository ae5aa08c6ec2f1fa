/**
 * Reading JPEG with jpeg-js, which is loaded only when the first JPEG is decoded.
 *
 * @module
 */

import { type JpegHeader, readJpegHeader } from "./jpeg_header.ts";
import { orientPicture } from "./orient.ts";
import type { Picture } from "./picture.ts";

/** The most pixels of a JPEG: 2²⁶, about 8 200 × 8 200, for which the decoder needs about 2 GiB. */
const MAX_JPEG_PIXELS = 2 ** 26;

/** The part of jpeg-js 0.4.4 that is used. */
interface JpegJs {
  decode(bytes: Uint8Array, options: {
    useTArray: true;
    formatAsRGBA: false;
    colorTransform: false;
    maxResolutionInMP: number;
    maxMemoryUsageInMB: number;
  }): { width: number; height: number; data: Uint8Array };
}

/**
 * Decodes a baseline or progressive JPEG of 8 bits and makes it upright according to its EXIF orientation. One component gives grey,
 * three give RGB, and four (Adobe's CMYK) are converted to RGB. Subsampled chroma is repeated, not interpolated, so values
 * may differ from libjpeg's by several tens of 255ths at sharp colour edges. Colour profiles are ignored.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @param options.asStored Whether to ignore the EXIF orientation.
 * @returns A picture of 1 or 3 channels, whose values are multiples of 1/255.
 * @throws {Error} If the file is truncated, damaged, of an unsupported kind or has more than `MAX_JPEG_PIXELS` pixels, or if
 * jpeg-js cannot be loaded.
 */
export async function decodeJpeg(
  bytes: Uint8Array,
  name = "picture",
  { asStored = false }: { readonly asStored?: boolean } = {},
): Promise<Picture> {
  const header = readJpegHeader(bytes, name);
  const { width, height, components, storesRgb, orientation } = header;
  if (width * height > MAX_JPEG_PIXELS) {
    throw new Error(
      `${name}: the JPEG has ${width}×${height} pixels, but at most ${MAX_JPEG_PIXELS} are supported; shrink it first.`,
    );
  }
  const samples = decodeSamples(await loadJpegJs(name), bytes, header, name);
  if (components === 3 && !storesRgb) convertToRgb(samples);
  const channels = components === 1 ? 1 : 3;
  const pixels = new Float32Array(width * height * channels);
  // jpeg-js returns grey values three times.
  const step = components === 1 ? 3 : 1;
  for (let i = 0; i < pixels.length; i++) pixels[i] = samples[i * step] / 255;
  return orientPicture({ width, height, channels, pixels }, asStored ? 1 : orientation);
}

/** Decodes three samples per pixel, 0 to 255: grey three times, the three components as stored, or RGB converted from CMYK. */
function decodeSamples(jpegJs: JpegJs, bytes: Uint8Array, header: JpegHeader, name: string): Uint8Array {
  const { components, adobeAt } = header;
  const copy = bytes.slice();
  // jpeg-js's own conversion of YCbCr rounds down, which darkens by half a 255th. An Adobe segment forces this conversion, so its
  // marker is changed to APP13, which jpeg-js ignores.
  if (components === 3 && adobeAt !== undefined) copy[adobeAt + 1] = 0xed;
  try {
    return jpegJs.decode(copy, {
      useTArray: true,
      formatAsRGBA: false,
      colorTransform: false,
      maxResolutionInMP: MAX_JPEG_PIXELS / 1e6,
      maxMemoryUsageInMB: 2048,
    }).data;
  } catch (cause) {
    throw new Error(`${name}: the JPEG is damaged or of an unsupported kind (${(cause as Error).message}).`, {
      cause,
    });
  }
}

/** Converts Y, Cb, Cr to R, G, B in place (JFIF 1.02, section 7), rounded to the nearest integer. */
function convertToRgb(samples: Uint8Array): void {
  const rounded = (value: number) => Math.floor(Math.min(255, Math.max(0, value)) + 0.5);
  for (let i = 0; i < samples.length; i += 3) {
    const luma = samples[i];
    const blue = samples[i + 1] - 128;
    const red = samples[i + 2] - 128;
    samples[i] = rounded(luma + 1.402 * red);
    samples[i + 1] = rounded(luma - 0.344136286 * blue - 0.714136286 * red);
    samples[i + 2] = rounded(luma + 1.772 * blue);
  }
}

async function loadJpegJs(name: string): Promise<JpegJs> {
  // A literal specifier would be downloaded as soon as this module is loaded, even if no JPEG is ever decoded.
  const specifier = "npm:jpeg-js@0.4.4";
  try {
    return await import(specifier);
  } catch (cause) {
    throw new Error(
      `${name}: reading a JPEG needs the package ${specifier}, which cannot be loaded (${(cause as Error).message}); ` +
        `a picture in PNG format does not need it.`,
      { cause },
    );
  }
}
