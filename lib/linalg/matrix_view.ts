import { Layout, padWidth, type PlacedSegment } from "./layout.ts";
import type { Range } from "./ranges.ts";

/** Where a matrix lies in a buffer, in entries; every number is a multiple of 16. The padding is zero. */
export interface MatrixView {
  /** First entry. */
  readonly offset: number;
  /** Entries from row to row. */
  readonly stride: number;
  /** Rows, padding included. */
  readonly rows: number;
  /** Columns, padding included. */
  readonly columns: number;
}

/** A weight as a matrix view of vectors of its layout. */
export function viewOf({ deviceOffset, stride, rows }: PlacedSegment): MatrixView {
  return { offset: deviceOffset, stride, rows: padWidth(rows), columns: stride };
}

/** The entries of a whole matrix that lies in one piece. */
export function rangeOf({ offset, stride, rows }: MatrixView): Range {
  return { offset, size: stride * rows };
}

/** A layout of square matrices: one a name, of the given size. */
export function squareLayout(matrices: readonly { readonly name: string; readonly size: number }[]): Layout {
  return new Layout(matrices.map(({ name, size }) => ({ name, shape: [size, size] })));
}
