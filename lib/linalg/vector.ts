import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { fillRandom, type RandomKey } from "../gpu/random.ts";
import { Layout, type Segment } from "./layout.ts";

/** A vector on the device: parameters, a gradient, a probe, optimizer state. Whoever makes it disposes it. */
export class Vector implements Disposable {
  /** Use {@linkcode createVector}. */
  constructor(readonly gpu: Gpu, readonly layout: Layout, readonly buffer: DeviceBuffer) {}

  /** The numbers in flat order, after everything recorded so far. */
  async read(): Promise<Float32Array> {
    const [bytes] = await this.gpu.read(this.buffer);
    return this.layout.unpack(new Float32Array(bytes, 0, this.layout.deviceLength));
  }

  /** Replaces the numbers, given in flat order, after everything recorded so far. */
  write(flat: ArrayLike<number>): void {
    this.gpu.write(this.buffer, this.layout.pack(flat));
  }

  /** Records filling with independent ±1 (Rademacher) of a generator key. */
  fillRademacher(key: RandomKey): void {
    for (const segment of this.layout) {
      fillRandom(this.gpu, this.buffer, segment, "rademacher", 1, key);
    }
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.buffer[Symbol.dispose]();
  }
}

/**
 * A device vector, filled with the given numbers, or zero with the given layout.
 *
 * @param content Numbers in flat order, or a layout (`field.layout`, a list of segments).
 * @param label Named in the device's error messages.
 */
export function createVector(
  gpu: Gpu,
  content: Float32Array | Layout | readonly Segment[],
  label = "vector",
): Vector {
  const layout = Layout.resolve(content instanceof Float32Array ? content.length : content);
  const vector = new Vector(gpu, layout, gpu.buffer(label, layout.deviceLength * 4));
  if (content instanceof Float32Array) vector.write(content);
  return vector;
}
