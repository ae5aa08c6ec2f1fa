import { choicesOf } from "../../fuzz/fuzz.ts";
import { type CoefficientPicture, sizesOf } from "./jpeg_encoder.ts";

const SAMPLINGS: [h: number, v: number][][] = [
  [[1, 1]],
  [[2, 2]],
  [[1, 1], [1, 1], [1, 1]],
  [[2, 2], [1, 1], [1, 1]],
  [[2, 1], [1, 1], [1, 1]],
  [[1, 1], [2, 2], [1, 2]],
  [[4, 1], [1, 2], [2, 1]],
  [[1, 1], [1, 1], [1, 1], [1, 1]],
];

/** A picture of coefficients as photographs have them: large at low frequencies, few at high ones. */
export function madePicture(seed: number): CoefficientPicture {
  const choices = choicesOf(seed);
  const shape = { width: 1 + choices.below(70), height: 1 + choices.below(50), factors: choices.pick(SAMPLINGS) };
  const coefficients = sizesOf(shape).components.map(({ blocks }) =>
    Int16Array.from({ length: 64 * blocks }, (_, i) => {
      const k = i % 64;
      if (k === 0) return choices.below(2047) - 1023;
      return choices.below(4 + k) < 4 ? choices.below(201) - 100 >> (k >> 3) : 0;
    })
  );
  return { ...shape, coefficients };
}
