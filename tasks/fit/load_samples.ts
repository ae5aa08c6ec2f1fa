import { readNpy } from "../../lib/codec/tensor/npy.ts";
import { checkFinite } from "../../lib/data/check_finite.ts";
import { readInput } from "../shell/read_input.ts";
import { UserError } from "../shell/user_error.ts";
import { warn } from "../shell/warn.ts";
import type { FitValues } from "./command.ts";
import { columnsOf, type Matrix, rowsOf } from "./matrix.ts";
import { readTable } from "./read_table.ts";

/** The coordinates of all samples, and what the field should be there. */
export interface Samples {
  readonly inputs: Matrix;
  readonly targets: Matrix;
}

/**
 * Reads the samples that the options name.
 *
 * @throws {UserError} If the files do not have equally many rows, or there are no columns for both.
 */
export async function loadSamples(
  { inputs: path, targets: other, targetColumns, normalise }: FitValues,
): Promise<Samples> {
  if (path === undefined) return waves();
  const first = await readMatrix(path, normalise);
  if (other !== undefined) {
    const targets = await readMatrix(other, normalise);
    if (rowsOf(first) === rowsOf(targets)) return { inputs: first, targets };
    throw new UserError(
      `${other}: expected ${rowsOf(first)} rows, one for each row of ${path}, found ${rowsOf(targets)}.`,
    );
  }
  const at = first.columns - targetColumns;
  if (at < 1) {
    throw new UserError(
      `${path}: expected columns of inputs in front of ${targetColumns} of targets, found ${first.columns} in all.`,
    );
  }
  return { inputs: columnsOf(first, 0, at), targets: columnsOf(first, at, first.columns) };
}

/** @param scales Whether the columns are scaled in 64 bits before they are trained on. */
async function readMatrix(path: string, scales: boolean): Promise<Matrix> {
  const bytes = await readInput(path);
  if (!/\.npy$/i.test(path)) return readTable(bytes, path);
  const { shape, data } = readNpy(bytes, path);
  if (data.length === 0) {
    const missing = shape[0] === 0 ? "sample" : "column";
    throw new UserError(`${path}: expected at least one ${missing}, found an array of shape (${shape.join(", ")}).`);
  }
  if (shape.length < 1 || shape.length > 2) {
    throw new UserError(`${path}: expected an array of shape (samples, columns), found (${shape.join(", ")}).`);
  }
  const columns = shape[1] ?? 1;
  const place = (i: number) => `${path}, row ${Math.floor(i / columns)}, column ${i % columns}`;
  checkFinite(data, place);
  const large = data.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (large >= 0) {
    throw new UserError(`${place(large)}: expected a number that 32 bits can hold, found ${data[large]}.`);
  }
  if (!scales) warnOfRounding(data, place);
  return { columns, data };
}

/** Says which integers 32 bits cannot hold, as those beyond 2²⁴ may differ in digits that are lost. */
function warnOfRounding(data: Float64Array, place: (i: number) => string): void {
  const isRounded = (value: number) => Number.isInteger(value) && Math.fround(value) !== value;
  const first = data.findIndex(isRounded);
  if (first < 0) return;
  const count = data.reduce((sum, value) => sum + Number(isRounded(value)), 0);
  warn(
    `${place(first)}: ${data[first]} is rounded to ${
      Math.fround(data[first])
    }, because the field computes in 32 bits, which hold whole ` +
      `numbers exactly up to ${
        2 ** 24
      } only (${count} of ${data.length} numbers are rounded); leave --no-normalise away.`,
  );
}

/** A surface of two waves over a square. */
function waves(): Samples {
  const side = 64;
  const place = (i: number) => 2 * i / (side - 1) - 1;
  const points = Array.from({ length: side * side }, (_, i) => [place(Math.floor(i / side)), place(i % side)]);
  return {
    inputs: { columns: 2, data: Float64Array.from(points.flat()) },
    targets: { columns: 1, data: Float64Array.from(points, ([x, y]) => Math.sin(9 * x + 2 * y) + Math.cos(7 * x * y)) },
  };
}
