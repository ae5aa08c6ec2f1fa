import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import type { BatchPart } from "../diff/chunks.ts";
import { permutedIndices, streams } from "../gpu/random.ts";

/** Where a part of a buffer begins, it has a multiple of so many numbers before it. */
const ALIGNMENT = 64;

/** The part of an epoch that makes one batch. */
interface BatchPlace {
  readonly epoch: number;
  /** Position of the batch's first sample in the order of the epoch. */
  readonly first: number;
  /** The number of samples; the last batch of an epoch may be smaller. */
  readonly rows: number;
}

/** Draws batches. Each epoch is a keyed permutation of the samples, so every sample is used exactly once in it. */
export class Sampler implements Disposable {
  /** Indices of the samples of the latest batch: `[batchSize]`, u32. */
  readonly indices: DeviceBuffer;
  /** The number of steps per epoch. */
  readonly stepsPerEpoch: number;
  readonly #gpu: Gpu;

  constructor(gpu: Gpu, readonly count: number, readonly batchSize: number, readonly seed: number) {
    this.#gpu = gpu;
    this.stepsPerEpoch = Math.ceil(count / batchSize);
    this.indices = gpu.buffer("batch indices", batchSize * 4);
  }

  /** The batch of a step (counted from 0). */
  place(step: number): BatchPlace {
    const epoch = Math.floor(step / this.stepsPerEpoch);
    const first = (step - epoch * this.stepsPerEpoch) * this.batchSize;
    return { epoch, first, rows: Math.min(this.batchSize, this.count - first) };
  }

  /**
   * Records drawing a step's batch.
   *
   * @param part The samples that are needed; all by default. Their indices have their usual places.
   */
  draw(step: number, part?: BatchPart): BatchPlace {
    const place = this.place(step);
    const { first, samples } = part ?? { first: 0, samples: place.rows };
    if (samples === 0) return place;
    const key = { seed: this.seed, stream: streams.order, step: place.epoch };
    const begin = Math.floor(first / ALIGNMENT) * ALIGNMENT;
    const rows = first + samples - begin;
    const indices = this.indices.slice(4 * begin, 4 * rows);
    permutedIndices(this.#gpu, indices, { rows, first: place.first + begin, count: this.count, key });
    return place;
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.indices[Symbol.dispose]();
  }
}
