/**
 * Structural similarity of two pictures.
 *
 * @module
 */

import { checkSameShape } from "../codec/image/check_picture.ts";
import type { Picture } from "../codec/image/picture.ts";

const WINDOW = 11;
const SIGMA = 1.5;
const [C1, C2] = [0.01 ** 2, 0.03 ** 2];

/** The number of windowed means for each position: those of x, y, x², y² and xy. */
const MOMENTS = 5;

/**
 * Mean structural similarity (Wang, Bovik, Sheikh & Simoncelli 2004, equation 13) with the conventions of the authors'
 * reference code: a Gaussian window of 11×11 pixels with σ = 1.5, K₁ = 0.01, K₂ = 0.03, data range 1, variances weighted by the
 * window without the n/(n − 1) correction, only window positions entirely inside the picture, and no downscaling beforehand. The
 * similarity is computed for each channel, including alpha, and averaged. The result equals scikit-image's `structural_similarity`
 * with `gaussian_weights=True, use_sample_covariance=False, data_range=1`.
 *
 * If a side is shorter than 11 pixels, the window has the largest odd size that fits, with the same σ.
 *
 * @param result The reconstruction. Its values are not clamped.
 * @param target The picture that it should equal; of the same size and channels.
 * @returns At most 1, which only equal pictures reach; NaN if one contains NaN.
 * @throws {RangeError} If the sizes or channels differ.
 */
export function structuralSimilarity(result: Picture, target: Picture): number {
  checkSameShape("structuralSimilarity", result, target);
  const { width, height, channels } = target;
  const shorter = Math.min(width, height);
  const size = Math.min(WINDOW, shorter % 2 === 1 ? shorter : shorter - 1);
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) sum += channelSum(result, target, channel, gaussian(size));
  return sum / (channels * (width - size + 1) * (height - size + 1));
}

/** A Gaussian window along one axis, normalised to a sum of 1. */
function gaussian(size: number): Float64Array {
  const window = Float64Array.from(
    { length: size },
    (_, i) => Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * SIGMA ** 2)),
  );
  const sum = window.reduce((total, weight) => total + weight, 0);
  return window.map((weight) => weight / sum);
}

/** The sum of the similarities of one channel over all window positions. */
function channelSum(result: Picture, target: Picture, channel: number, window: Float64Array): number {
  const { width, height, channels } = target;
  const size = window.length;
  const positions = width - size + 1;
  // A ring buffer holds the last `size` rows, filtered along x, so that memory does not grow with the height.
  const ring = Array.from({ length: size }, () => new Float64Array(MOMENTS * positions));
  const products = new Float64Array(MOMENTS * width);
  const moments = new Float64Array(MOMENTS * positions);
  let sum = 0;
  for (let y = 0; y < height; y++) {
    multiply(result, target, channel, y * width * channels, products);
    filterRow(products, window, ring[y % size]);
    if (y < size - 1) continue;
    moments.fill(0);
    for (let k = 0; k < size; k++) {
      const [row, weight] = [ring[(y + 1 + k) % size], window[k]];
      for (let i = 0; i < moments.length; i++) moments[i] += weight * row[i];
    }
    for (let i = 0; i < moments.length; i += MOMENTS) sum += similarity(moments, i);
  }
  return sum;
}

/** Computes x, y, x², y² and xy for every pixel of the row that begins at `offset`. */
function multiply(result: Picture, target: Picture, channel: number, offset: number, products: Float64Array): void {
  for (let i = 0, from = offset + channel; i < products.length; i += MOMENTS, from += target.channels) {
    const [x, y] = [result.pixels[from], target.pixels[from]];
    products[i] = x;
    products[i + 1] = y;
    products[i + 2] = x * x;
    products[i + 3] = y * y;
    products[i + 4] = x * y;
  }
}

/** Computes one row's windowed means at every position where the window is entirely inside the row. */
function filterRow(products: Float64Array, window: Float64Array, filtered: Float64Array): void {
  for (let i = 0; i < filtered.length; i++) {
    let sum = 0;
    for (let k = 0; k < window.length; k++) sum += window[k] * products[i + k * MOMENTS];
    filtered[i] = sum;
  }
}

function similarity(moments: Float64Array, i: number): number {
  const [x, y] = [moments[i], moments[i + 1]];
  const [varianceX, varianceY, covariance] = [moments[i + 2] - x * x, moments[i + 3] - y * y, moments[i + 4] - x * y];
  return (2 * x * y + C1) * (2 * covariance + C2) / ((x * x + y * y + C1) * (varianceX + varianceY + C2));
}
