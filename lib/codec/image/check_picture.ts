import { PICTURE } from "../../hyperparameter/arguments.ts";
import { checkMember } from "../../hyperparameter/members.ts";
import type { Picture } from "./picture.ts";

/**
 * Checks that a number is an integer of at least `least`.
 *
 * @param what The name of the number in the error message, with that of the function: `"cropPicture: width"`.
 * @throws {RangeError} If the number is not such an integer.
 */
export function checkWhole(what: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${what}: expected a whole number of at least ${least}, found ${value}.`);
  }
}

/**
 * Checks that a picture's sizes and number of channels are valid and match its number of pixel values.
 *
 * @param where The beginning of the error message: `"encodePng"`.
 * @throws {RangeError} If they are not valid or do not match.
 */
export function checkPicture(where: string, picture: Picture): void {
  checkMember(where, picture, PICTURE);
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
 * @param where The beginning of the error message: `"structuralSimilarity"`.
 * @throws {RangeError} If they differ, or one of the pictures is invalid.
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
