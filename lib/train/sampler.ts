import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { permutedIndices, streams } from "../gpu/random.ts";

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

  /** Records drawing a step's batch. */
  draw(step: number): BatchPlace {
    const place = this.place(step);
    const key = { seed: this.seed, stream: streams.order, step: place.epoch };
    permutedIndices(this.#gpu, this.indices, { rows: place.rows, first: place.first, count: this.count, key });
    return place;
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.indices[Symbol.dispose]();
  }
}
