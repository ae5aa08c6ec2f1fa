import type { Picture } from "../codec/image/picture.ts";

/** The colours far outside, at p = ½, and far inside. They can be distinguished in grey and by colour-blind people. */
const COLOURS = [[0.68, 0.82, 0.93], [0.99, 0.99, 0.97], [0.93, 0.62, 0.3]];
const LEVEL_COLOUR = [0.05, 0.05, 0.05];
const TRUTH_COLOUR = [0, 0.5, 0.35];

/** Half the width of a line in pixels. */
const HALF_LINE = 0.75;

/**
 * Draws a cross-section of an occupancy field: blue outside and orange inside, the paler the less certain. The zero level
 * (p = ½) is a black line, drawn over a green line along the true boundary. Lines are only where the sign changes.
 *
 * @param logits `[height, width]`, the top row first.
 * @param truth The true function, of the same shape: positive inside, negative outside.
 * @returns An RGB picture.
 * @throws {RangeError} If the lengths of the arrays do not match the size.
 */
export function slicePicture(logits: Float32Array, width: number, height: number, truth?: Float32Array): Picture {
  if (logits.length !== width * height || (truth !== undefined && truth.length !== logits.length)) {
    throw new RangeError(`slicePicture: expected ${height} × ${width} values, found ${logits.length}.`);
  }
  const pixels = new Float32Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      const p = 1 / (1 + Math.exp(-logits[at]));
      let colour = p < 0.5 ? mix(COLOURS[0], COLOURS[1], 2 * p) : mix(COLOURS[1], COLOURS[2], 2 * p - 1);
      if (truth !== undefined) colour = mix(colour, TRUTH_COLOUR, lineAt(truth, width, height, row, column));
      colour = mix(colour, LEVEL_COLOUR, lineAt(logits, width, height, row, column));
      pixels.set(colour, 3 * at);
    }
  }
  return { width, height, channels: 3, pixels };
}

/** The part of a pixel that the line of the zero level covers, computed from where the sign changes along its row and its column. */
function lineAt(values: Float32Array, width: number, height: number, row: number, column: number): number {
  const at = row * width + column;
  const acrossRow = Math.min(crossing(values, at, 1, width - 1 - column), crossing(values, at, -1, column));
  const acrossColumn = Math.min(crossing(values, at, width, height - 1 - row), crossing(values, at, -width, row));
  // The distance of the pixel from a straight line that crosses its row and its column at these places.
  const distance = 1 / Math.hypot(1 / acrossRow, 1 / acrossColumn);
  return Math.min(1, Math.max(0, HALF_LINE + 0.5 - distance));
}

/** The distance from `at` in pixels at which the values first change their sign within `steps` steps of `stride`; ∞ if they do not. */
function crossing(values: Float32Array, at: number, stride: number, steps: number): number {
  // A line that is farther away does not touch the pixel.
  for (let step = 0; step < Math.min(steps, 2); step++) {
    const [from, to] = [values[at + step * stride], values[at + (step + 1) * stride]];
    if (from > 0 !== to > 0) return step + from / (from - to);
  }
  return Infinity;
}

function mix(from: readonly number[], to: readonly number[], part: number): number[] {
  return from.map((value, i) => value + part * (to[i] - value));
}
