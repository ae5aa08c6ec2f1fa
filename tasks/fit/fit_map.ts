import type { Picture } from "../../lib/codec/image/picture.ts";
import { errorColour } from "../run/error_colour.ts";
import type { Preview } from "../run/preview.ts";
import { blank, paint, PALE, SIDE } from "./canvas.ts";

/** The most cells of a map along each side, and the largest share of its cells that may be without a sample. */
const [MOST_CELLS, MOST_EMPTY] = [128, 0.1];

/** The part of the targets' range that the brightest colour of an error stands for. */
const FULL_SCALE = 0.25;

/**
 * Maps of a field of two inputs: the first goes to the right, the second upwards.
 *
 * @param inputs `[samples, 2]`
 * @param range The numbers that are black and white.
 */
export function mapPreview(
  inputs: Float32Array,
  { targets, result }: { readonly targets: Float32Array; readonly result: Float32Array },
  [low, high]: readonly [number, number],
): Preview {
  const cells = cellsOf(inputs);
  const level = (value: number) => (value - low) / (high - low);
  const [truth, field] = [targets, result].map((values) => means(values, cells));
  const grey = (values: Float64Array) => map(cells.side, (cell) => Array(3).fill(level(values[cell])), values);
  const error = field.map((value, cell) => Math.abs(level(value) - level(truth[cell])));
  return {
    truth: grey(truth),
    result: grey(field),
    error: map(cells.side, (cell) => errorColour(error[cell] / FULL_SCALE), error),
    titles: [
      "Target: first input to the right, second upwards",
      "Field",
      "Error, from black (0) to pale yellow (0.25 of the targets' range or more)",
    ],
  };
}

/** Which cell of a square map each sample lies in. */
interface Cells {
  readonly side: number;
  readonly of: Uint32Array;
}

/** A map of as many cells as there are samples for. */
function cellsOf(inputs: Float32Array): Cells {
  const columns = [0, 1].map((column) => inputs.filter((_, i) => i % 2 === column));
  const [x, y] = columns.map((values) =>
    values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
      Infinity,
      -Infinity,
    ])
  );
  const place = (value: number, [low, high]: number[], side: number) =>
    high > low ? Math.min(side - 1, Math.floor((value - low) / (high - low) * side)) : 0;
  for (let side = Math.min(MOST_CELLS, Math.floor(Math.sqrt(columns[0].length)));; side = Math.floor(side / 2)) {
    const of = Uint32Array.from(columns[0], (value, i) => {
      return (side - 1 - place(columns[1][i], y, side)) * side + place(value, x, side);
    });
    if (side <= 8 || new Set(of).size >= (1 - MOST_EMPTY) * side * side) return { side: Math.max(1, side), of };
  }
}

/** The mean of the samples in each cell; NaN where there is none. */
function means(values: Float32Array, { side, of }: Cells): Float64Array {
  const [sums, counts] = [new Float64Array(side * side), new Float64Array(side * side)];
  for (const [i, cell] of of.entries()) {
    sums[cell] += values[i];
    counts[cell]++;
  }
  return sums.map((sum, cell) => sum / counts[cell]);
}

/** Draws the cells of a map as squares; those that are not finite stay pale. */
function map(side: number, colourOf: (cell: number) => readonly number[], values: Float64Array): Picture {
  const picture = blank(PALE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const cell = Math.floor(y / SIDE * side) * side + Math.floor(x / SIDE * side);
      if (Number.isFinite(values[cell])) paint(picture, x, y, colourOf(cell));
    }
  }
  return picture;
}
