/**
 * Resizing by separable linear interpolation, with or without antialiasing.
 *
 * @module
 */

import { checkOptions } from "../../hyperparameter/members.ts";
import { checkPicture, checkWhole } from "../../codec/image/check_picture.ts";
import type { Picture } from "../../codec/image/picture.ts";

/** Options of {@linkcode resizePicture}. */
export interface ResizeOptions {
  /** Whether to widen the filter by the scale when shrinking, so that every pixel contributes; by default true. */
  antialias?: boolean;
}

/** The filter of one output sample along one axis: the weights of the input samples from `first` on; their sum is 1. */
interface Taps {
  first: number;
  weights: Float64Array;
}

/**
 * Resizes a picture linearly with half-pixel centres: output pixel i is at (i + ½)·in/out − ½ of the input, and the edge
 * pixels are repeated beyond the edge. With `antialias`, the triangle filter is widened by the scale when shrinking
 * (as Pillow's BILINEAR and PyTorch's `interpolate` with antialias=True); without it, this is PyTorch's
 * `interpolate(mode="bilinear", align_corners=False)`. Enlarging is the same in both cases. Sums are in f64.
 *
 * Colours are weighted by alpha (multiplied by it, resized and divided again), so that the colours of transparent pixels do not
 * bleed into visible ones. Where the new alpha is 0, the colours are 0.
 *
 * @param width New width in pixels, at least 1.
 * @param height New height in pixels, at least 1.
 * @returns A new picture with the same channels; the same object if the size is unchanged.
 * @throws {RangeError} If a size is not an integer of at least 1, or the picture is invalid.
 */
export function resizePicture(picture: Picture, width: number, height: number, options: ResizeOptions = {}): Picture {
  checkOptions("resizePicture", options, { antialias: true });
  const { antialias = true } = options;
  checkPicture("resizePicture", picture);
  checkWhole("resizePicture: width", width, 1);
  checkWhole("resizePicture: height", height, 1);
  if (width === picture.width && height === picture.height) return picture;
  const { channels } = picture;
  const narrowed = resizeRows(picture, makeTaps(picture.width, width, antialias));
  const pixels = new Float32Array(width * height * channels);
  const rowLength = width * channels;
  const row = new Float64Array(rowLength);
  makeTaps(picture.height, height, antialias).forEach(({ first, weights }, y) => {
    row.fill(0);
    weights.forEach((weight, k) => {
      const from = (first + k) * rowLength;
      for (let i = 0; i < rowLength; i++) row[i] += weight * narrowed[from + i];
    });
    if (hasAlpha(channels)) divideByAlpha(row, channels);
    pixels.set(row, y * rowLength);
  });
  return { width, height, channels, pixels };
}

/**
 * The size of a picture with the same aspect ratio whose longer side is `size`. Sides are rounded to whole pixels and are at least
 * 1. Smaller pictures are enlarged.
 *
 * @param size The longer side in pixels; 0 keeps the picture's size.
 * @throws {RangeError} If a size is not an integer, or the picture's are below 1.
 */
export function fitLongerSide(width: number, height: number, size: number): { width: number; height: number } {
  checkWhole("fitLongerSide: width", width, 1);
  checkWhole("fitLongerSide: height", height, 1);
  checkWhole("fitLongerSide: size", size, 0);
  if (size === 0) return { width, height };
  const longer = Math.max(width, height);
  const scaled = (side: number) => Math.max(1, Math.round(side * size / longer));
  return { width: scaled(width), height: scaled(height) };
}

/** The filters of all output samples along an axis that is resized from `inputs` to `outputs` samples. */
function makeTaps(inputs: number, outputs: number, antialias: boolean): Taps[] {
  const scale = inputs / outputs;
  const reach = antialias ? Math.max(1, scale) : 1;
  return Array.from({ length: outputs }, (_, i) => {
    // Input sample j covers [j, j + 1], and its centre is at j + ½.
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.ceil(centre - reach - 0.5));
    const last = Math.min(inputs - 1, Math.floor(centre + reach - 0.5));
    const weights = Float64Array.from(
      { length: last - first + 1 },
      (_, k) => Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / reach),
    );
    // Samples beyond the edge have no weight, and dividing by the sum makes up for them.
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Resizes rows to `taps.length` pixels: `[height, taps.length, channels]`, with colours multiplied by alpha. */
function resizeRows({ width, height, channels, pixels }: Picture, taps: Taps[]): Float64Array {
  const resized = new Float64Array(height * taps.length * channels);
  const row = new Float64Array(width * channels);
  for (let y = 0, i = 0; y < height; y++) {
    row.set(pixels.subarray(y * row.length, (y + 1) * row.length));
    if (hasAlpha(channels)) multiplyByAlpha(row, channels);
    for (const { first, weights } of taps) {
      for (let c = 0; c < channels; c++, i++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * row[(first + k) * channels + c];
        resized[i] = sum;
      }
    }
  }
  return resized;
}

function hasAlpha(channels: number): boolean {
  return channels === 2 || channels === 4;
}

function multiplyByAlpha(row: Float64Array, channels: number): void {
  for (let i = 0; i < row.length; i += channels) {
    for (let c = 0; c < channels - 1; c++) row[i + c] *= row[i + channels - 1];
  }
}

function divideByAlpha(row: Float64Array, channels: number): void {
  for (let i = 0; i < row.length; i += channels) {
    const alpha = row[i + channels - 1];
    for (let c = 0; c < channels - 1; c++) row[i + c] = alpha > 0 ? row[i + c] / alpha : 0;
  }
}
