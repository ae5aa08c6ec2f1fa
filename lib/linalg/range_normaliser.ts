import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { Norms } from "./norms.ts";
import { numberRanges, type Range } from "./ranges.ts";
import text from "../../wgsl/normalise_ranges.wgsl" with { type: "text" };

const source = { name: "normalise_ranges", text };

/** Divides ranges of a vector by their Euclidean norms; what lies outside all ranges becomes 0. */
export class RangeNormaliser implements Disposable {
  readonly #norms: Norms;
  readonly #rangeOf: DeviceBuffer;

  /** @param length Entries of the vectors, a multiple of 4. */
  constructor(readonly gpu: Gpu, readonly length: number, ranges: readonly Range[]) {
    this.#norms = new Norms(gpu, ranges);
    this.#rangeOf = numberRanges(gpu, length, ranges);
  }

  /** Records y = x, each range divided by its norm; a range of zeros stays as it is. */
  record(x: BufferLike, y: BufferLike): void {
    this.#norms.record(x);
    const length = this.length / 4;
    const buffers = { x, range_of: this.#rangeOf, norms: this.#norms.buffer, y };
    this.gpu.dispatch(this.gpu.kernel(source), buffers, { length }, linearGroups(length, 64));
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#norms[Symbol.dispose]();
    this.#rangeOf[Symbol.dispose]();
  }
}
