import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { MatrixView } from "./matrix_view.ts";
import { numberTable } from "./number_table.ts";
import text from "../../wgsl/linalg/normalise_rows.wgsl" with { type: "text" };
import unit_row from "../../wgsl/linalg/unit_row.wgsl" with { type: "text" };

const source = { name: "normalise_rows", text };

/** Divides the rows of matrices by their Euclidean norms. */
export class RowNormaliser implements Disposable {
  readonly #table: DeviceBuffer;
  readonly #groups: [number, number, number];

  /**
   * Writes the table that the kernel reads.
   *
   * @param matrices Where they lie in the vectors that `record` will be given.
   */
  constructor(readonly gpu: Gpu, matrices: readonly MatrixView[]) {
    const places = matrices.flatMap(({ offset, stride, rows }) => [offset / 4, stride / 4, rows, 0]);
    this.#table = numberTable(gpu, "matrices with rows to normalise", places);
    this.#groups = [...linearGroups(Math.max(...matrices.map(({ rows }) => rows)), 64), matrices.length];
  }

  /** Records writing to `y` the matrices in `x` with rows of norm 1, or of zeros where they were. Outside the matrices `y` does not change. */
  record(x: BufferLike, y: BufferLike): void {
    this.gpu.dispatch(this.gpu.kernel(source, { unit_row }), { matrices: this.#table, x, y }, {}, this.#groups);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#table[Symbol.dispose]();
  }
}
