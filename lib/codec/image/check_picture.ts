import type { Picture } from "./picture.ts";

/**
 * Checks that a number is a whole number of at least `least`.
 *
 * @param what How the error calls it, with the function: `"cropPicture: width"`.
 * @throws {RangeError} If it is not.
 */
export function checkWhole(what: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${what}: expected a whole number of at least ${least}, found ${value}.`);
  }
}

/**
 * Checks that a picture's sizes are sane and its pixels as many as they say.
 *
 * @param where How the error calls the place: `"encodePng"`.
 * @throws {RangeError} If they are not.
 */
export function checkPicture(where: string, picture: Picture): void {
  const { width, height, channels, pixels } = picture;
  checkWhole(`${where}: the picture's width`, width, 1);
  checkWhole(`${where}: the picture's height`, height, 1);
  if (![1, 2, 3, 4].includes(channels)) {
    throw new RangeError(`${where}: expected a picture of 1, 2, 3 or 4 channels, found ${channels}.`);
  }
  if (pixels.length !== width * height * channels) {
    throw new RangeError(
      `${where}: expected ${height}×${width}×${channels} = ${width * height * channels} pixel values, ` +
        `found ${pixels.length}.`,
    );
  }
}

/**
 * Checks that two pictures have the same size and channels.
 *
 * @param where How the error calls the place: `"structuralSimilarity"`.
 * @throws {RangeError} If they have not, or one of them contradicts itself.
 */
export function checkSameShape(where: string, result: Picture, target: Picture): void {
  checkPicture(where, result);
  checkPicture(where, target);
  const [found, expected] = [result, target].map(({ width, height, channels }) => `${width}×${height}×${channels}`);
  if (found !== expected) {
    throw new RangeError(
      `${where}: expected a result of the target's width×height×channels ${expected}, found ${found}.`,
    );
  }
}
