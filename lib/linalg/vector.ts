import { checkArguments, DEVICE } from "../hyperparameter/arguments.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { fillRandom, fillRandomSegments, type RandomKey, type RandomNumbers, segmentNumbers } from "../gpu/random.ts";
import { Layout, type Segment } from "./layout.ts";
import { EXACT, numberTable } from "./number_table.ts";

/** A vector on the device: parameters, a gradient, a probe or optimizer state. Whoever creates it must dispose it. */
export class Vector implements Disposable {
  /** Where the segments lie, for filling all of them in one dispatch. */
  #places?: DeviceBuffer;

  /** Wraps an existing buffer. Use {@linkcode createVector} to create a vector. */
  constructor(readonly gpu: Gpu, readonly layout: Layout, readonly buffer: DeviceBuffer) {}

  /** Reads the numbers, in flat order, after all work recorded so far. */
  async read(): Promise<Float32Array> {
    const [numbers] = await readVectors([this]);
    return numbers;
  }

  /** Replaces the numbers, given in flat order, after all work recorded so far. */
  write(flat: ArrayLike<number>): void {
    this.gpu.write(this.buffer, this.layout.pack(flat));
  }

  /** Records filling the vector with independent random signs ±1 (Rademacher), which `key` determines. */
  fillRademacher(key: RandomKey): void {
    this.fillRandom({ distribution: "rademacher", key });
  }

  /** Records filling the vector with independent random numbers. Which they are does not depend on how it is cut into segments. */
  fillRandom(numbers: RandomNumbers): void {
    const { gpu, buffer: data, layout } = this;
    // A table would not hold larger places exactly, and one segment needs none.
    if (layout.length === 1 || layout.deviceLength >= EXACT) {
      for (const segment of layout) fillRandom(gpu, data, segment, numbers);
      return;
    }
    this.#places ??= numberTable(gpu, "places of a vector's segments", segmentNumbers(layout));
    fillRandomSegments(gpu, { data, places: this.#places }, numbers);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#places?.[Symbol.dispose]();
    this.buffer[Symbol.dispose]();
  }
}

/** Reads the numbers of vectors of one device, each in flat order, after all work recorded so far; several cost little more than one. */
export async function readVectors(vectors: readonly Vector[]): Promise<Float32Array[]> {
  if (vectors.length === 0) return [];
  const all = await vectors[0].gpu.read(...vectors.map(({ buffer }) => buffer));
  return all.map((bytes, i) => {
    const { layout } = vectors[i];
    return layout.unpack(new Float32Array(bytes, 0, layout.deviceLength));
  });
}

/**
 * Creates a device vector from the given numbers, or a zero vector of the given layout. The caller must dispose it.
 *
 * @param content Numbers in flat order, or a layout (for example `field.layout`), or a list of segments.
 * @param label The vector's name in the device's error messages.
 */
export function createVector(
  gpu: Gpu,
  content: Float32Array | Layout | readonly Segment[],
  label = "vector",
): Vector {
  checkArguments("createVector", { gpu: [gpu, DEVICE] });
  const layout = Layout.resolve(content instanceof Float32Array ? content.length : content);
  const vector = new Vector(gpu, layout, gpu.buffer(label, layout.deviceLength * 4));
  if (content instanceof Float32Array) vector.write(content);
  return vector;
}
