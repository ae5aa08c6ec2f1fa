import type { Picture } from "../../lib/codec/image/picture.ts";

/**
 * Joins pictures of the same height to one picture, from left to right.
 *
 * @throws {RangeError} If there are none, or their heights or numbers of channels differ.
 */
export function sideBySide(pictures: readonly Picture[]): Picture {
  if (pictures.length === 0) throw new RangeError("sideBySide: expected at least one picture, found none.");
  const [{ height, channels }] = pictures;
  if (pictures.some((each) => each.height !== height || each.channels !== channels)) {
    throw new RangeError(
      "sideBySide: expected pictures of the same height and number of channels, found different ones.",
    );
  }
  const width = pictures.reduce((sum, each) => sum + each.width, 0);
  const pixels = new Float32Array(width * height * channels);
  let left = 0;
  for (const picture of pictures) {
    const row = picture.width * channels;
    for (let y = 0; y < height; y++) {
      pixels.set(picture.pixels.subarray(y * row, (y + 1) * row), (y * width + left) * channels);
    }
    left += picture.width;
  }
  return { width, height, channels, pixels };
}
