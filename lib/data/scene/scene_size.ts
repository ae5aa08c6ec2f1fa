import type { SceneOptions, Shot } from "./scene.ts";
import { shrunkSize } from "./scene_picture.ts";

/** The training views of a scene have more pixels than there is room for. */
export class SceneTooLargeError extends Error {
  /** The name of this kind of error. */
  override name = "SceneTooLargeError";

  /**
   * Makes the error.
   *
   * @param largestSize The largest value of the option `size` with which the views fit; 0 if there is none.
   */
  constructor(message: string, readonly largestSize: number) {
    super(message);
  }
}

/** Checks the number of pixels of all training views, before any is decoded. */
export function checkPixels(
  where: string,
  shots: readonly Shot[],
  { size, mostPixels = Infinity }: SceneOptions,
): void {
  const pixelsAt = (longer?: number) =>
    shots.reduce((sum, { file }) => {
      const { width, height } = shrunkSize(file.width, file.height, longer);
      return sum + width * height;
    }, 0);
  const found = pixelsAt(size);
  if (found <= mostPixels) return;
  // The numbers of pixels rise with the size, so the largest size that fits is found by halving.
  let [fits, tooLarge] = [0, size ?? shots.reduce((most, { file }) => Math.max(most, file.width, file.height), 1)];
  while (tooLarge - fits > 1) {
    const middle = Math.floor((fits + tooLarge) / 2);
    if (pixelsAt(middle) <= mostPixels) fits = middle;
    else tooLarge = middle;
  }
  const advice = fits === 0 ? "even a size of 1 does not fit" : `a size of ${fits} is the largest that fits`;
  throw new SceneTooLargeError(
    `${where}: expected at most ${mostPixels} pixels in all training views together, found ${found}; ${advice}.`,
    fits,
  );
}
