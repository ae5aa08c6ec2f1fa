/** Numbers in rows and columns. */
export interface Matrix {
  readonly columns: number;
  /** `[rows, columns]`, row-major. */
  readonly data: Float64Array;
  /** The names of the columns, if the file has them. */
  readonly names?: readonly string[];
}

/** The number of rows. */
export function rowsOf({ columns, data }: Matrix): number {
  return data.length / columns;
}

/** Some of a matrix's columns, from `first` to before `end`. */
export function columnsOf(matrix: Matrix, first: number, end: number): Matrix {
  const columns = end - first;
  const data = Float64Array.from(
    { length: rowsOf(matrix) * columns },
    (_, i) => matrix.data[Math.floor(i / columns) * matrix.columns + first + i % columns],
  );
  return { columns, data, ...matrix.names && { names: matrix.names.slice(first, end) } };
}
