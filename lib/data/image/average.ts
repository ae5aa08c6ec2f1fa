import { checkPicture, checkWhole } from "../../codec/image/check_picture.ts";
import type { Picture } from "../../codec/image/picture.ts";

/**
 * Shrinks a picture by area averaging: a new pixel is the mean of the old pixels that it covers, weighted by the part that is
 * covered. Sums are in f64.
 *
 * @throws {RangeError} If a new size is larger than the old one or is not an integer of at least 1, or the picture has alpha.
 */
export function averagePicture(picture: Picture, width: number, height: number): Picture {
  checkPicture("averagePicture", picture);
  checkWhole("averagePicture: width", width, 1);
  checkWhole("averagePicture: height", height, 1);
  const { channels, pixels } = picture;
  if (width > picture.width || height > picture.height) {
    throw new RangeError(
      `averagePicture: expected at most ${picture.width}×${picture.height} pixels, found ${width}×${height}.`,
    );
  }
  if (channels === 2 || channels === 4) {
    throw new RangeError("averagePicture: expected a picture without alpha, found one with alpha.");
  }
  const narrow = new Float64Array(picture.height * width * channels);
  const across = coverage(picture.width, width);
  for (let y = 0; y < picture.height; y++) {
    across.forEach(({ first, weights }, x) => {
      weights.forEach((weight, k) => {
        const from = (y * picture.width + first + k) * channels;
        for (let c = 0; c < channels; c++) narrow[(y * width + x) * channels + c] += weight * pixels[from + c];
      });
    });
  }
  const sums = new Float64Array(height * width * channels);
  const row = width * channels;
  coverage(picture.height, height).forEach(({ first, weights }, y) => {
    weights.forEach((weight, k) => {
      for (let i = 0; i < row; i++) sums[y * row + i] += weight * narrow[(first + k) * row + i];
    });
  });
  return { width, height, channels, pixels: Float32Array.from(sums) };
}

/** For each new sample, the old samples that it covers, with weights whose sum is 1. */
function coverage(from: number, to: number): { first: number; weights: number[] }[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [begin, end] = [i * scale, (i + 1) * scale];
    const first = Math.floor(begin);
    const last = Math.min(from, Math.ceil(end - 1e-9));
    const weights = Array.from(
      { length: last - first },
      (_, k) => (Math.min(end, first + k + 1) - Math.max(begin, first + k)) / scale,
    );
    return { first, weights };
  });
}
