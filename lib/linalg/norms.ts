import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Range } from "./ranges.ts";
import text from "../../wgsl/norms.wgsl" with { type: "text" };

const source = { name: "norms", text };

/** Euclidean norms of ranges of vectors; of a matrix's whole range it is the Frobenius norm. */
export class Norms implements Disposable {
  /** One f32 a range, as last recorded. */
  readonly buffer: DeviceBuffer;
  readonly #ranges: DeviceBuffer;

  constructor(readonly gpu: Gpu, readonly ranges: readonly Range[]) {
    this.buffer = gpu.buffer("norms", ranges.length * 4);
    this.#ranges = gpu.buffer("norm ranges", ranges.length * 8);
    gpu.write(this.#ranges, Uint32Array.from(ranges.flatMap(({ offset, size }) => [offset / 4, size / 4])));
  }

  /** Records the norms of the ranges of `data`. */
  record(data: BufferLike): void {
    const buffers = { data, ranges: this.#ranges, norms: this.buffer };
    this.gpu.dispatch(this.gpu.kernel(source), buffers, {}, [this.ranges.length]);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.buffer[Symbol.dispose]();
    this.#ranges[Symbol.dispose]();
  }
}
