import { UserError } from "../shell/user_error.ts";

/** The largest target: sums of the squares of very many such numbers are far from the end of what 32 bits can hold. */
const LARGEST = 1e15;

/**
 * Checks that losses and gradients of targets fit in 32-bit numbers.
 *
 * @param targets Finite numbers.
 * @param place Says for an index where that number is.
 * @param advice What to do about it, as the end of the sentence.
 * @throws {UserError} With the place of the first target that is too large.
 */
export function checkTargets(targets: Float32Array, place: (index: number) => string, advice: string): void {
  const odd = targets.findIndex((value) => Math.abs(value) > LARGEST);
  if (odd < 0) return;
  throw new UserError(
    `${place(odd)}: expected a number up to ${LARGEST}, because losses of larger ones exceed 32-bit numbers, found ${
      targets[odd].toPrecision(3)
    }; ${advice}.`,
  );
}
