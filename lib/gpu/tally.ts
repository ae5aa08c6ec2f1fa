import { type Binding, isRead, isWritten } from "./binding.ts";
import { asSlice, type BufferLike, type BufferSlice } from "./buffer.ts";

/** The least work that recorded dispatches and copies require, counted by `Gpu.tally`. */
export class Tally {
  /** Kernels dispatched. */
  dispatches = 0;
  /** Floating-point operations of matrix products. */
  flops = 0;
  readonly #read = new Map<string, number>();
  readonly #written = new Map<string, number>();

  /**
   * The least memory traffic in bytes: every buffer that is read counts once and every buffer that is written counts once,
   * regardless of how many kernels do so.
   */
  get bytes(): number {
    let sum = 0;
    for (const touched of [this.#read, this.#written]) for (const size of touched.values()) sum += size;
    return sum;
  }

  /** Counts a dispatch. */
  dispatch(bindings: readonly Binding[], resources: Readonly<Record<string, BufferLike>>, flops: number): void {
    this.dispatches++;
    this.flops += flops;
    for (const { name, kind } of bindings) {
      const slice = asSlice(resources[name]);
      if (isRead(kind)) count(this.#read, slice);
      if (isWritten(kind)) count(this.#written, slice);
    }
  }

  /** Counts a copy. */
  touch(from: BufferSlice, to: BufferSlice): void {
    count(this.#read, from);
    count(this.#written, to);
  }
}

function count(touched: Map<string, number>, { buffer, offset, size }: BufferSlice): void {
  touched.set(`${buffer.id}:${offset}:${size}`, size);
}
