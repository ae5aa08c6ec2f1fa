import type { Orientation } from "./exif.ts";
import type { Picture } from "./picture.ts";

/** The operations that make a stored picture upright, in order: swap rows and columns, mirror left to right, mirror top to bottom. */
const TURNS: Record<Orientation, { swap?: true; mirrorX?: true; mirrorY?: true }> = {
  1: {},
  2: { mirrorX: true },
  3: { mirrorX: true, mirrorY: true },
  4: { mirrorY: true },
  5: { swap: true },
  6: { swap: true, mirrorX: true },
  7: { swap: true, mirrorX: true, mirrorY: true },
  8: { swap: true, mirrorY: true },
};

/**
 * Makes a picture upright that is stored in one of EXIF's eight orientations (Exif 2.32, tag 274).
 *
 * @param picture The stored picture.
 * @param orientation Its EXIF orientation.
 * @returns The upright picture, with width and height swapped for orientations 5 to 8; the same object for 1.
 */
export function orientPicture(picture: Picture, orientation: Orientation): Picture {
  if (orientation === 1) return picture;
  const { swap, mirrorX, mirrorY } = TURNS[orientation];
  const { channels } = picture;
  const [width, height] = swap ? [picture.height, picture.width] : [picture.width, picture.height];
  const pixels = new Float32Array(picture.pixels.length);
  for (let y = 0, i = 0; y < height; y++) {
    const v = mirrorY ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      const u = mirrorX ? width - 1 - x : x;
      const from = (swap ? u * picture.width + v : v * picture.width + u) * channels;
      for (let c = 0; c < channels; c++) pixels[i++] = picture.pixels[from + c];
    }
  }
  return { width, height, channels, pixels };
}
