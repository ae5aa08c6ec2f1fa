import type { BufferLike } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { Norms } from "./norms.ts";
import type { Range } from "./ranges.ts";
import text from "../../wgsl/linalg/normalise_ranges.wgsl" with { type: "text" };

const source = { name: "normalise_ranges", text };

/** Divides ranges of a vector by their Euclidean norms. */
export class RangeNormaliser implements Disposable {
  readonly #norms: Norms;
  readonly #groups: [number, number, number];

  /**
   * Allocates the memory for the norms.
   *
   * @param ranges Ranges of the vectors that `record` will be given.
   */
  constructor(readonly gpu: Gpu, ranges: readonly Range[]) {
    this.#norms = new Norms(gpu, ranges);
    const largest = Math.max(...ranges.map(({ size }) => size));
    this.#groups = [...linearGroups(largest / 4, 64), ranges.length];
  }

  /**
   * Records writing to `y` each range of `x` divided by its norm. A range of zeros stays zero. Outside the ranges `y` does not
   * change.
   */
  record(x: BufferLike, y: BufferLike): void {
    this.#norms.record(x);
    const buffers = { x, ranges: this.#norms.table, norms: this.#norms.buffer, y };
    this.gpu.dispatch(this.gpu.kernel(source), buffers, {}, this.#groups);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#norms[Symbol.dispose]();
  }
}
