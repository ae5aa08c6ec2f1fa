/**
 * Reading JPEG with jpeg-js, which is fetched the first time that a JPEG is decoded and not before.
 *
 * @module
 */

import { type JpegHeader, readJpegHeader } from "./jpeg_header.ts";
import { orientPicture } from "./orient.ts";
import type { Picture } from "./picture.ts";

/** The largest JPEG that is read, in pixels: 2²⁶, about 8 200 × 8 200, for which the decoder needs some 2 GiB. */
const MAX_JPEG_PIXELS = 2 ** 26;

/** What of jpeg-js 0.4.4 is used. */
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
 * Reads a baseline or progressive JPEG of 8 bits and makes it upright by its EXIF orientation. One component gives grey,
 * three give RGB, four (Adobe's CMYK) are turned into RGB. Coarser chroma is repeated, not interpolated, so that values
 * may differ from libjpeg's by some tens of 255ths at sharp colour edges. Colour profiles are ignored.
 *
 * @param bytes The whole file.
 * @param name How errors call the file.
 * @returns Multiples of 1/255, 1 or 3 channels.
 * @throws {Error} If the file is cut off, damaged, of a kind that is not read or has more than `MAX_JPEG_PIXELS`, or if
 * the package that decodes it cannot be loaded.
 */
export async function decodeJpeg(bytes: Uint8Array, name = "picture"): Promise<Picture> {
  const header = readJpegHeader(bytes, name);
  const { width, height, components, storesRgb, orientation } = header;
  if (width * height > MAX_JPEG_PIXELS) {
    throw new Error(
      `${name}: the JPEG has ${width}×${height} pixels, more than the ${MAX_JPEG_PIXELS} that are read; shrink it first.`,
    );
  }
  const samples = decodeSamples(await loadJpegJs(name), bytes, header, name);
  if (components === 3 && !storesRgb) convertToRgb(samples);
  const channels = components === 1 ? 1 : 3;
  const pixels = new Float32Array(width * height * channels);
  // jpeg-js repeats grey three times.
  const step = components === 1 ? 3 : 1;
  for (let i = 0; i < pixels.length; i++) pixels[i] = samples[i * step] / 255;
  return orientPicture({ width, height, channels, pixels }, orientation);
}

/** Three samples a pixel, 0 to 255: grey thrice, the components as stored, or the RGB of CMYK. */
function decodeSamples(jpegJs: JpegJs, bytes: Uint8Array, header: JpegHeader, name: string): Uint8Array {
  const { components, adobeAt } = header;
  const copy = bytes.slice();
  // jpeg-js's own conversion of YCbCr rounds down, which darkens by half a 255th, and an Adobe segment forces it: make
  // that an APP13, which is ignored.
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
    throw new Error(`${name}: the JPEG is damaged or of a kind that is not read (${(cause as Error).message}).`, {
      cause,
    });
  }
}

/** Y, Cb, Cr to R, G, B in place (JFIF 1.02, section 7), rounded to the nearest. */
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
  // A literal specifier would be fetched as soon as this module loads, even by those who never open a JPEG.
  const specifier = "npm:jpeg-js@0.4.4";
  try {
    return await import(specifier);
  } catch (cause) {
    throw new Error(
      `${name}: reading a JPEG needs the package ${specifier}, which cannot be loaded (${(cause as Error).message}); ` +
        `convert the picture to PNG to do without.`,
      { cause },
    );
  }
}
