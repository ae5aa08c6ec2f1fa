import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { numberTable } from "./number_table.ts";
import type { Range } from "./ranges.ts";
import text from "../../wgsl/linalg/norms.wgsl" with { type: "text" };

const source = { name: "norms", text };

/** Euclidean norms of ranges of vectors; of a matrix's whole range it is the Frobenius norm. */
export class Norms implements Disposable {
  /** One f32 a range, as last recorded. */
  readonly buffer: DeviceBuffer;
  /** For each range four numbers: first vec4, vec4s, 0, 0. */
  readonly table: DeviceBuffer;
  readonly #owned: DisposableStack;

  /**
   * Allocates the norms.
   *
   * @param ranges Of the vectors that `record` will get.
   */
  constructor(readonly gpu: Gpu, readonly ranges: readonly Range[]) {
    using made = new DisposableStack();
    this.buffer = made.use(gpu.buffer("norms", ranges.length * 4));
    const places = ranges.flatMap(({ offset, size }) => [offset / 4, size / 4, 0, 0]);
    this.table = made.use(numberTable(gpu, "norm ranges", places));
    this.#owned = made.move();
  }

  /** Records the norms of the ranges of `data`. */
  record(data: BufferLike): void {
    const buffers = { data, ranges: this.table, norms: this.buffer };
    this.gpu.dispatch(this.gpu.kernel(source), buffers, {}, [this.ranges.length]);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
