import type { Picture } from "../../lib/codec/image/picture.ts";
import type { Preview } from "../run/preview.ts";
import { blank, paint, PALE, SIDE } from "./canvas.ts";
import { mapPreview } from "./fit_map.ts";

/** The colours of targets, of the field and of the error. */
const [GREY, BLUE, RED] = [[0.35, 0.35, 0.35], [0.15, 0.4, 0.75], [0.8, 0.25, 0.15]];

/** What a preview shows. */
interface FitMoment {
  /** `[samples, dimensions]` */
  readonly inputs: Float32Array;
  readonly dimensions: number;
  /** The first target of each sample. */
  readonly targets: Float32Array;
  /** What the field is at each sample. */
  readonly result: Float32Array;
}

/** Numbers from `low` to `high`, the ends of an axis. */
interface Axis {
  readonly low: number;
  readonly high: number;
}

/**
 * What a field on samples looks like: against its input if that has one dimension, as a map if it has two, otherwise against the targets.
 */
export function fitPreview(moment: FitMoment): Preview {
  const { inputs, dimensions, targets, result } = moment;
  const error = result.map((value, i) => value - targets[i]);
  const range = axisOf(targets);
  const half = (range.high - range.low) / 2;
  const around = { low: -half, high: half };
  if (dimensions === 2) return mapPreview(inputs, moment, [range.low, range.high]);
  const places = dimensions === 1 ? inputs : targets;
  const across = axisOf(places);
  const plot = (values: Float32Array, axis: Axis, colour: readonly number[]) => {
    return points({ x: places, y: values }, { x: across, y: axis }, colour);
  };
  const errorTitle = "Error, from minus to plus half of the targets' range";
  return {
    truth: plot(targets, range, GREY),
    result: plot(result, range, BLUE),
    error: plot(error, around, RED),
    titles: dimensions === 1
      ? ["Target against the input", "Field against the input", errorTitle]
      : ["A perfect field against the target", "Field against the target", errorTitle],
  };
}

/** The ends of an axis with room for all numbers. */
function axisOf(numbers: Float32Array): Axis {
  let [low, high] = [Infinity, -Infinity];
  for (const value of numbers) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const room = high > low ? 0.05 * (high - low) : 1;
  return { low: low - room, high: high + room };
}

/** Draws points, two pixels large, above the line of 0 if that is in the middle. */
function points(
  at: { readonly x: Float32Array; readonly y: Float32Array },
  axes: { readonly x: Axis; readonly y: Axis },
  colour: readonly number[],
): Picture {
  const picture = blank([1, 1, 1]);
  const place = (value: number, { low, high }: Axis) => Math.round((value - low) / (high - low) * (SIDE - 2));
  const zero = SIDE - 1 - place(0, axes.y);
  for (let x = 0; x < SIDE && axes.y.low === -axes.y.high; x++) paint(picture, x, zero, PALE);
  for (const [i, x] of at.x.entries()) {
    const [column, row] = [place(x, axes.x), SIDE - 2 - place(at.y[i], axes.y)];
    for (const [right, down] of [[0, 0], [1, 0], [0, 1], [1, 1]]) paint(picture, column + right, row + down, colour);
  }
  return picture;
}
