/** Batches on the device have a multiple of this many rows. */
const ROW_MULTIPLE = 16;
/** Rows that some kernels work on at a time; large batches are padded to it, since there it costs next to nothing. */
export const ROW_BLOCK = 256;
const LARGE = 2048;

/** What the rows of a batch of this size are padded to. */
export function rowMultiple(rows: number): number {
  return rows < LARGE ? ROW_MULTIPLE : ROW_BLOCK;
}

/** A batch size as it is on the device. */
export function padRows(rows: number): number {
  const multiple = rowMultiple(rows);
  return Math.ceil(rows / multiple) * multiple;
}

/** Sizes of a layer's products, padding included; `outputs` counts all maps of the layer. */
export interface MatmulShape {
  /** Rows of the batch. */
  readonly rows: number;
  /** Units of all maps. */
  readonly outputs: number;
  /** Width of what the layer reads. */
  readonly inputs: number;
}

/** Where a layer's partial sums go, in vec4s. */
export interface PartialPlace {
  /** From the start of a split to the layer's weights. */
  readonly offset: number;
  /** From split to split. */
  readonly stride: number;
  /** Parts that the batch is cut into. */
  readonly splits: number;
  /** Rows of a part. */
  readonly rowsPerSplit: number;
}

/** Floating-point operations of a product. */
export function flopsOf({ rows, outputs, inputs }: MatmulShape, terms: number): number {
  return 2 * rows * outputs * inputs * terms;
}
