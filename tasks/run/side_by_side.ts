import type { Picture } from "../../lib/codec/image/picture.ts";

/**
 * Pictures of one height next to each other, in one.
 *
 * @throws {RangeError} If there is none, or heights or channels differ.
 */
export function sideBySide(pictures: readonly Picture[]): Picture {
  if (pictures.length === 0) throw new RangeError("sideBySide: at least one picture expected, none found.");
  const [{ height, channels }] = pictures;
  if (pictures.some((each) => each.height !== height || each.channels !== channels)) {
    throw new RangeError("sideBySide: pictures of one height and as many channels expected.");
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
