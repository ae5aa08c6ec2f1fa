import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { numberTable } from "./number_table.ts";
import type { Range } from "./ranges.ts";
import text from "../../wgsl/linalg/norms.wgsl" with { type: "text" };
import range_norm from "../../wgsl/linalg/range_norm.wgsl" with { type: "text" };

const source = { name: "norms", text };

/** Computes Euclidean norms of ranges of vectors. For the range of a whole matrix this is the Frobenius norm. */
export class Norms implements Disposable {
  /** The norms, one f32 for each range, as computed by the last `record`. */
  readonly buffer: DeviceBuffer;
  /** Four numbers for each range: index of the first vec4, number of vec4s, 0, 0. */
  readonly table: DeviceBuffer;
  readonly #owned: DisposableStack;

  /**
   * Allocates the memory for the norms.
   *
   * @param ranges Ranges of the vectors that `record` will be given.
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
    this.gpu.dispatch(this.gpu.kernel(source, { range_norm }), buffers, {}, [this.ranges.length]);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
