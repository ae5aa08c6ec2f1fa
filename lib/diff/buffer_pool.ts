import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";

/**
 * Matrices of one height that are taken and given back while a pass is recorded. Equal sequences take equal buffers whatever was
 * recorded before, so that after the first pass nothing is allocated and bind groups are found again.
 */
export class BufferPool implements Disposable {
  readonly #free = new Map<number, DeviceBuffer[]>();
  readonly #all: DeviceBuffer[] = [];

  /** @param rows Height of the matrices. */
  constructor(readonly gpu: Gpu, readonly rows: number) {}

  /** A matrix of `width` columns that nobody else holds; its contents are undefined. */
  take(width: number): DeviceBuffer {
    const free = this.#free.get(width)?.shift();
    if (free !== undefined) return free;
    const buffer = this.gpu.buffer(`adjoint ${this.#all.length}`, this.rows * width * 4);
    this.#all.push(buffer);
    return buffer;
  }

  /** Gives a matrix back. */
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
