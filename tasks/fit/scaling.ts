import { type Matrix, rowsOf } from "./matrix.ts";

/** A range for each column, which is scaled to another one. */
export interface ColumnRanges {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** The smallest and the largest value of each column. */
export function rangesOf({ columns, data }: Matrix): ColumnRanges {
  const [low, high] = [Array<number>(columns).fill(Infinity), Array<number>(columns).fill(-Infinity)];
  for (let i = 0; i < data.length; i++) {
    const column = i % columns;
    low[column] = Math.min(low[column], data[i]);
    high[column] = Math.max(high[column], data[i]);
  }
  return { low, high };
}

/** Scales the ranges of columns to [from, to]. A column with one value only becomes the middle. */
export function scaled(
  { columns, data }: Matrix,
  { low, high }: ColumnRanges,
  [from, to]: readonly [number, number],
): Float32Array {
  return Float32Array.from(data, (value, i) => {
    const column = i % columns;
    const width = high[column] - low[column];
    return width === 0 ? (from + to) / 2 : from + (to - from) * ((value - low[column]) / width);
  });
}

/** Undoes the scaling of ranges to [0, 1]. */
export function unscaled(values: Float32Array, { low, high }: ColumnRanges): Float32Array {
  return values.map((value, i) => {
    const column = i % low.length;
    return low[column] + value * (high[column] - low[column]);
  });
}

/** Some rows of a matrix of f32. */
export function pickRows(data: Float32Array, columns: number, rows: readonly number[]): Float32Array {
  const picked = new Float32Array(rows.length * columns);
  for (const [i, row] of rows.entries()) picked.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  return picked;
}

/** Which rows are held out: so many of all, chosen at random by the seed. Both lists are rising. */
export function splitRows(
  matrix: Matrix,
  share: number,
  seed: number,
): { readonly train: number[]; readonly test: number[] } {
  const rows = Array.from({ length: rowsOf(matrix) }, (_, i) => i);
  const held = new Set(
    rows.map((row) => [mixed(row, seed), row]).sort(([a, i], [b, k]) => a - b || i - k)
      .slice(0, Math.min(rows.length - 1, Math.round(share * rows.length))).map(([, row]) => row),
  );
  return { train: rows.filter((row) => !held.has(row)), test: rows.filter((row) => held.has(row)) };
}

/** A number of 32 bits that looks random (the finaliser of MurmurHash3, Appleby 2011). */
function mixed(row: number, seed: number): number {
  let bits = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  bits = Math.imul(bits ^ bits >>> 16, 0x85ebca6b);
  bits = Math.imul(bits ^ bits >>> 13, 0xc2b2ae35);
  return (bits ^ bits >>> 16) >>> 0;
}
