import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import text from "../../wgsl/render/chosen_pixels.wgsl" with { type: "text" };

const kernelSource = { name: "chosen_pixels", text };

/** Some of the pixels of all cameras, as samples to train on. */
export class PixelChoice implements Disposable {
  /** The number of pixels. */
  readonly count: number;
  readonly #gpu: Gpu;
  readonly #table: DeviceBuffer;
  #chosen: DeviceBuffer | undefined;

  /**
   * Uploads the choice.
   *
   * @param pixels The numbers of the pixels.
   * @throws {Error} If there are none.
   */
  constructor(gpu: Gpu, pixels: Uint32Array) {
    if (pixels.length === 0) throw new Error("rays: expected at least one pixel that is not masked, found none.");
    this.#gpu = gpu;
    this.count = pixels.length;
    this.#table = gpu.buffer("chosen pixels", pixels.byteLength);
    gpu.write(this.#table, pixels);
  }

  /**
   * Records looking up the pixels of the samples first … first + count − 1 of a batch.
   *
   * @param samples The number of each sample of the batch, below `count`.
   * @returns The number of the pixel of each sample, at the sample's place. It belongs to this object.
   */
  choose(samples: DeviceBuffer, first: number, count: number): DeviceBuffer {
    if (this.#chosen === undefined || this.#chosen.size < samples.size) {
      this.#chosen?.[Symbol.dispose]();
      this.#chosen = this.#gpu.buffer("pixels of a batch", samples.size);
    }
    this.#gpu.dispatch(
      this.#gpu.kernel(kernelSource),
      { samples, table: this.#table, pixels: this.#chosen },
      { count, first },
      linearGroups(count, 64),
    );
    return this.#chosen;
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#table[Symbol.dispose]();
    this.#chosen?.[Symbol.dispose]();
  }
}
