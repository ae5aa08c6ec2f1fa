/**
 * Resizing by separable linear interpolation, with or without smoothing against aliasing.
 *
 * @module
 */

import { checkPicture, checkWhole } from "../../codec/image/check_picture.ts";
import type { Picture } from "../../codec/image/picture.ts";

/** How to resize. */
export interface ResizeOptions {
  /** Widen the filter by the scale where the picture shrinks, so that every pixel counts. Default true. */
  antialias?: boolean;
}

/** One output sample along one axis: the weights, of sum 1, of the input samples from `first` on. */
interface Taps {
  first: number;
  weights: Float64Array;
}

/**
 * Resizes a picture linearly with half-pixel centres: output pixel i lies at (i + ½)·in/out − ½ of the input, pixels
 * beyond an edge are its last ones. With `antialias` the triangle filter is as wide as the scale where the picture
 * shrinks (Pillow's BILINEAR, PyTorch's `interpolate` with antialias=True); without it this is PyTorch's
 * `interpolate(mode="bilinear", align_corners=False)`. Enlarging is the same in both. Sums are in f64.
 *
 * Colours count by their alpha (they are multiplied by it, resized and divided again), so that what is transparent does
 * not bleed into what is seen; where the new alpha is 0 the colours are 0.
 *
 * @param width New width in pixels, at least 1.
 * @param height New height in pixels, at least 1.
 * @returns A new picture of the same channels; the same object if the size is unchanged.
 * @throws {RangeError} If a size is no whole number of at least 1, or the picture contradicts itself.
 */
export function resizePicture(picture: Picture, width: number, height: number, options: ResizeOptions = {}): Picture {
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
 * The size of a picture of the same shape whose longer side is `size`, rounded to whole pixels, at least 1 a side.
 * Smaller pictures are enlarged.
 *
 * @param size The longer side in pixels; 0 keeps the native size.
 * @throws {RangeError} If a size is no whole number, or the picture's are below 1.
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

/** The weights of every output sample along an axis of `inputs` samples that becomes `outputs` long. */
function makeTaps(inputs: number, outputs: number, antialias: boolean): Taps[] {
  const scale = inputs / outputs;
  const reach = antialias ? Math.max(1, scale) : 1;
  return Array.from({ length: outputs }, (_, i) => {
    // Input sample j covers [j, j + 1] and has its centre at j + ½.
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.ceil(centre - reach - 0.5));
    const last = Math.min(inputs - 1, Math.floor(centre + reach - 0.5));
    const weights = Float64Array.from(
      { length: last - first + 1 },
      (_, k) => Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / reach),
    );
    // Dividing by the sum is what repeats the edge: what lies beyond it adds nothing and takes no weight.
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Rows resized to `taps.length` pixels: `[height, taps.length, channels]`, colours multiplied by alpha. */
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
