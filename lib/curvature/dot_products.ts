import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Vector } from "../linalg/vector.ts";
import text from "../../wgsl/curvature/projections.wgsl" with { type: "text" };

const source = { name: "projections", text };

/** Bytes from one result to the next: where parts of a buffer may begin. */
const SLOT = 256;

/** A list of dot products ⟨x, y⟩, which are computed on the device and read together. The owner must dispose it. */
export class DotProducts implements Disposable {
  readonly #results: DeviceBuffer;
  #count = 0;

  /**
   * Allocates the memory of the results.
   *
   * @param capacity The most products.
   */
  constructor(readonly gpu: Gpu, capacity: number) {
    this.#results = gpu.buffer("dot products", SLOT * capacity);
  }

  /** Records adding ⟨x, y⟩ of two vectors of one layout to the list. The sum is in f32. */
  record(x: Vector, y: Vector): void {
    const components = this.#results.slice(SLOT * this.#count++, 4);
    const length = x.layout.deviceLength / 4;
    this.gpu.dispatch(this.gpu.kernel(source), { basis: x.buffer, w: y.buffer, components }, { length }, [1]);
  }

  /** Reads the list. */
  async read(): Promise<number[]> {
    const [bytes] = await this.gpu.read(this.#results);
    const numbers = new Float32Array(bytes);
    return Array.from({ length: this.#count }, (_, i) => numbers[i * SLOT / 4]);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#results[Symbol.dispose]();
  }
}
