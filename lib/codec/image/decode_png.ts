/**
 * Decoding PNG. fast-png decompresses the data and undoes the filters. It leaves low bit depths packed and only reports palettes and
 * transparent colours, so these are converted here.
 *
 * @module
 */

import { decode, type DecodedPng } from "npm:fast-png@8.0.0";
import type { Picture } from "./picture.ts";
import { type PngHeader, readPngHeader } from "./png_header.ts";

/** The most pixels of a PNG: 2²⁷, about 11 600 × 11 600. */
export const MAX_PNG_PIXELS = 2 ** 27;

/**
 * Decodes a PNG of any colour type and bit depth. A palette gives RGB; a tRNS chunk adds alpha (RGBA for palettes and RGB,
 * grey and alpha for grey). For an animated PNG, the default image is decoded. Colour profiles, gamma and EXIF are ignored.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @returns A picture with the values sample / (2^depth − 1).
 * @throws {Error} If the file is truncated or damaged (checksums are verified), has more than `MAX_PNG_PIXELS` pixels, or is
 * interlaced with fewer than 8 bits per sample, which fast-png does not support.
 */
export function decodePng(bytes: Uint8Array, name = "picture"): Picture {
  const header = readPngHeader(bytes, name);
  const { width, height, depth, interlaced } = header;
  if (width * height > MAX_PNG_PIXELS) {
    throw new Error(
      `${name}: the PNG has ${width}×${height} pixels, but at most ${MAX_PNG_PIXELS} are supported; shrink it first.`,
    );
  }
  if (interlaced && depth < 8) {
    throw new Error(
      `${name}: expected 8 or 16 bits per sample in an interlaced PNG, found ${depth}; save it without interlacing.`,
    );
  }
  return { width, height, ...spread(header, decodeChunks(bytes, name), name) };
}

function decodeChunks(bytes: Uint8Array, name: string): DecodedPng {
  try {
    return decode(bytes, { checkCrc: true });
  } catch (cause) {
    const { message, cause: deeper } = cause as Error;
    const reason = deeper instanceof Error ? `${message.replace(/:$/, "")}: ${deeper.message}` : message;
    throw new Error(`${name}: the PNG is damaged (${reason}).`, { cause });
  }
}

/** Converts the result of fast-png to channels and values in [0, 1]. */
function spread(header: PngHeader, decoded: DecodedPng, name: string): Pick<Picture, "channels" | "pixels"> {
  const { width, height, depth, colourType } = header;
  const samples = depth < 8 ? unpack(decoded.data, width, height, depth) : decoded.data;
  // Only the colour type tells whether the palette is used, because RGB files may contain one too, as a hint for poor displays.
  if (colourType === 3) return lookUp(samples, decoded.palette!, name);
  const channels = decoded.channels as Picture["channels"];
  const full = 2 ** depth - 1;
  const transparent = decoded.transparency;
  if (transparent) return { channels: channels + 1 as 2 | 4, pixels: addAlpha(samples, channels, full, transparent) };
  const pixels = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) pixels[i] = samples[i] / full;
  return { channels, pixels };
}

/** Unpacks samples of 1, 2 or 4 bits to one sample per entry. Each row begins at a whole byte, with the high bits first. */
function unpack(packed: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const samples = new Uint8Array(width * height);
  const rowBytes = Math.ceil(width * depth / 8);
  const mask = 2 ** depth - 1;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const bit = x * depth;
      samples[i] = packed[y * rowBytes + (bit >> 3)] >> (8 - depth - (bit & 7)) & mask;
    }
  }
  return samples;
}

/** Looks up the colours of palette indices. Palette entries have an alpha if the file has a tRNS chunk. */
function lookUp(
  indices: ArrayLike<number>,
  palette: readonly number[][],
  name: string,
): Pick<Picture, "channels" | "pixels"> {
  const channels = palette[0]?.length === 4 ? 4 : 3;
  const pixels = new Float32Array(indices.length * channels);
  for (let i = 0; i < indices.length; i++) {
    const colour = palette[indices[i]];
    if (!colour) {
      throw new Error(
        `${name}: pixel ${i} has palette index ${indices[i]}, but the palette has ${palette.length} entries.`,
      );
    }
    for (let c = 0; c < channels; c++) pixels[i * channels + c] = colour[c] / 255;
  }
  return { channels, pixels };
}

/** Adds an alpha channel: 0 where all samples equal the transparent colour exactly, 1 elsewhere. */
function addAlpha(
  samples: ArrayLike<number>,
  channels: number,
  full: number,
  transparent: ArrayLike<number>,
): Float32Array {
  const count = samples.length / channels;
  const pixels = new Float32Array(count * (channels + 1));
  for (let i = 0; i < count; i++) {
    let alpha = 0;
    for (let c = 0; c < channels; c++) {
      const sample = samples[i * channels + c];
      pixels[i * (channels + 1) + c] = sample / full;
      if (sample !== transparent[c]) alpha = 1;
    }
    pixels[i * (channels + 1) + channels] = alpha;
  }
  return pixels;
}
