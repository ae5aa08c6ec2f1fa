import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";

/**
 * A pool of matrices with the same number of rows, which are taken and given back while a pass is recorded. Which buffer is taken does
 * not depend on earlier passes: equal sequences of calls get equal buffers. After the first pass nothing is allocated any more,
 * and cached bind groups can be reused.
 */
export class BufferPool implements Disposable {
  readonly #free = new Map<number, DeviceBuffer[]>();
  readonly #all: DeviceBuffer[] = [];

  /**
   * Creates an empty pool.
   *
   * @param rows Number of rows of every matrix.
   */
  constructor(readonly gpu: Gpu, readonly rows: number) {}

  /** Takes a matrix of `width` columns that is not in use, or allocates one. Its contents are undefined. */
  take(width: number): DeviceBuffer {
    const free = this.#free.get(width)?.shift();
    if (free !== undefined) return free;
    const buffer = this.gpu.buffer(`adjoint ${this.#all.length}`, this.rows * width * 4);
    this.#all.push(buffer);
    return buffer;
  }

  /** Gives a matrix back to the pool. */
  give(buffer: DeviceBuffer): void {
    const width = buffer.size / this.rows / 4;
    const free = this.#free.get(width);
    if (free === undefined) this.#free.set(width, [buffer]);
    else {
      const at = free.findIndex((other) => other.id > buffer.id);
      free.splice(at < 0 ? free.length : at, 0, buffer);
    }
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    for (const buffer of this.#all) buffer[Symbol.dispose]();
  }
}
