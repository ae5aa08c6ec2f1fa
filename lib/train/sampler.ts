import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { permutedIndices, streams } from "../gpu/random.ts";

/** The part of an epoch that one step works on. */
interface BatchPlace {
  readonly epoch: number;
  /** Position in the epoch's order of the first sample. */
  readonly first: number;
  /** Samples; the last batch of an epoch may be short. */
  readonly rows: number;
}

/** Draws batches: each epoch is a keyed permutation of the samples, so that every one is seen exactly once. */
export class Sampler implements Disposable {
  /** Samples of the batch last drawn. */
  readonly indices: DeviceBuffer;
  /** Steps of an epoch. */
  readonly stepsPerEpoch: number;
  readonly #gpu: Gpu;

  constructor(gpu: Gpu, readonly count: number, readonly batchSize: number, readonly seed: number) {
    this.#gpu = gpu;
    this.stepsPerEpoch = Math.ceil(count / batchSize);
    this.indices = gpu.buffer("batch indices", batchSize * 4);
  }

  /** Where a step (from 0) lies. */
  place(step: number): BatchPlace {
    const epoch = Math.floor(step / this.stepsPerEpoch);
    const first = (step - epoch * this.stepsPerEpoch) * this.batchSize;
    return { epoch, first, rows: Math.min(this.batchSize, this.count - first) };
  }

  /** Records drawing a step's batch. */
  draw(step: number): BatchPlace {
    const place = this.place(step);
    const key = { seed: this.seed, stream: streams.order, step: place.epoch };
    permutedIndices(this.#gpu, this.indices, place.rows, place.first, this.count, key);
    return place;
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.indices[Symbol.dispose]();
  }
}
