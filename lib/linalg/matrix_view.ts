import { Layout, padWidth, type PlacedSegment } from "./layout.ts";
import type { Range } from "./ranges.ts";

/** Where a matrix is stored in a buffer, in entries. Every number is a multiple of 16. The padding is zero. */
export interface MatrixView {
  /** First entry. */
  readonly offset: number;
  /** Entries from the start of one row to the start of the next. */
  readonly stride: number;
  /** Rows, padding included. */
  readonly rows: number;
  /** Columns, padding included. */
  readonly columns: number;
}

/** The matrix view of a weight in vectors of its layout. */
export function viewOf({ deviceOffset, stride, rows }: PlacedSegment): MatrixView {
  return { offset: deviceOffset, stride, rows: padWidth(rows), columns: stride };
}

/** The range of entries of a whole matrix whose rows are contiguous. */
export function rangeOf({ offset, stride, rows }: MatrixView): Range {
  return { offset, size: stride * rows };
}

/** A layout of square matrices with the given names and sizes. */
export function squareLayout(matrices: readonly { readonly name: string; readonly size: number }[]): Layout {
  return new Layout(matrices.map(({ name, size }) => ({ name, shape: [size, size] })));
}

/** The identity of every square matrix in a layout, times a number, in the flat order. */
export function identities(layout: Layout, scale = 1): Float32Array<ArrayBuffer> {
  const entries = new Float32Array(layout.parameterCount);
  for (const { flat, rows } of layout) for (let i = 0; i < rows; i++) entries[flat + i * (rows + 1)] = scale;
  return entries;
}
