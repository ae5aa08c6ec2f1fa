import type { BufferLike } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import alignedText from "../../wgsl/field/copy_columns_aligned.wgsl" with { type: "text" };
import text from "../../wgsl/field/copy_columns.wgsl" with { type: "text" };

/**
 * Which columns are copied, and to where. Of the `span` columns at the destination the first `width` are copied from the source,
 * the others become 0. Strides are in entries.
 */
export interface ColumnCopy {
  readonly rows: number;
  readonly width: number;
  readonly span: number;
  readonly fromStride: number;
  readonly fromColumn: number;
  readonly toStride: number;
  readonly toColumn: number;
  /** Whether the columns are added to the destination's contents instead of replacing them. */
  readonly add?: boolean;
}

const kernelSource = { name: "copy_columns", text };
const alignedSource = { name: "copy_columns_aligned", text: alignedText };

/**
 * Records copying columns from one matrix to another (`copy_columns.wgsl`). Where possible four columns are copied at a time,
 * because software adapters take as long for one entry as for four.
 */
export function copyColumns(gpu: Gpu, source: BufferLike, destination: BufferLike, copy: ColumnCopy): void {
  const aligned = [copy.span, copy.fromColumn, copy.toColumn].every((columns) => columns % 4 === 0);
  gpu.dispatch(gpu.kernel(aligned ? alignedSource : kernelSource), { source, destination }, {
    rows: copy.rows,
    width: copy.width,
    span: copy.span,
    from_stride: copy.fromStride,
    from_column: copy.fromColumn,
    to_stride: copy.toStride,
    to_column: copy.toColumn,
    add: copy.add ? 1 : 0,
  }, linearGroups(copy.rows * copy.span / (aligned ? 4 : 1), 64));
}
