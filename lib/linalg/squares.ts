import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { KernelSource } from "../gpu/kernel_source.ts";
import type { KernelValues } from "../gpu/template.ts";
import type { Layout, PlacedSegment } from "./layout.ts";
import { numberTable } from "./number_table.ts";
import { type MatrixView, viewOf } from "./matrix_view.ts";
import transposeText from "../../wgsl/linalg/transpose_squares.wgsl" with { type: "text" };

const transposeSource = { name: "transpose_squares", text: transposeText };

/** A batch of square matrices in one layout, with the tables that kernels need to work on all of them at once. */
export class Squares implements Disposable {
  /** Four numbers for each matrix: index of its first vec4, stride in vec4s, size, padded size. */
  readonly table: DeviceBuffer;
  /** Where each matrix is stored in buffers of the layout. */
  readonly views: readonly MatrixView[];
  /** Sizes, without padding. */
  readonly sizes: readonly number[];
  /** The largest padded size. */
  readonly largest: number;
  /** Bytes of a buffer of the layout. */
  readonly bytes: number;

  /**
   * Writes the tables that the kernels read.
   *
   * @param layout A layout of square matrices only.
   * @param segments Those that are worked on; all by default.
   */
  constructor(readonly gpu: Gpu, readonly layout: Layout, segments: readonly PlacedSegment[] = [...layout]) {
    this.views = segments.map(viewOf);
    this.sizes = segments.map(({ rows }) => rows);
    this.largest = Math.max(...this.views.map(({ rows }) => rows));
    this.bytes = layout.deviceLength * 4;
    const places = this.views.flatMap(({ offset, stride, rows }, i) => [offset / 4, stride / 4, this.sizes[i], rows]);
    this.table = numberTable(gpu, "squares", places);
  }

  /**
   * Numbers of workgroups, of 64 invocations each, that cover `count` invocations for each matrix. `count` is what the largest
   * matrix needs.
   */
  groups(count: number): [number, number, number] {
    return [...linearGroups(count, 64), this.sizes.length];
  }

  /**
   * Records a kernel that does the same for every vec4 of every matrix: its text includes the snippet `each_square_entry`.
   *
   * @param buffers What the kernel binds besides `squares`.
   * @param values What its text leaves open.
   */
  eachEntry(
    source: KernelSource,
    buffers: Readonly<Record<string, DeviceBuffer>>,
    uniforms: Readonly<Record<string, number>>,
    values: KernelValues = {},
  ): void {
    const { gpu, table, largest } = this;
    gpu.dispatch(
      gpu.kernel(source, values),
      { squares: table, ...buffers },
      uniforms,
      this.groups(largest * largest / 4),
    );
  }

  /** Records y = xᵀ for every matrix. */
  transpose(x: DeviceBuffer, y: DeviceBuffer): void {
    const { gpu, table, largest } = this;
    gpu.dispatch(gpu.kernel(transposeSource), { squares: table, x, y }, {}, this.groups(largest * largest / 16));
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.table[Symbol.dispose]();
  }
}
