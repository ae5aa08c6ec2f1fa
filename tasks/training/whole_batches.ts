import type { DeviceBatch } from "../../lib/curvature/operator.ts";
import type { TrainingData } from "../../lib/data/training_data.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { Sampler } from "../../lib/train/sampler.ts";

/** Which batch is drawn. */
interface WholeBatch {
  /** The number of samples; at most all of the data are drawn. */
  readonly samples: number;
  /** The seed of the order of the samples. */
  readonly seed: number;
  /** The number of the batch, from 0: batches of one size and seed have other samples for each number within an epoch. */
  readonly number: number;
}

/**
 * Draws a batch as training does, but only whole ones: the rest at the end of an epoch, which is too small for a batch, is left out.
 * The caller must dispose it.
 */
export function wholeBatch(gpu: Gpu, data: TrainingData, { samples, seed, number }: WholeBatch) {
  const sampler = new Sampler(gpu, data.count, Math.min(samples, data.count), seed);
  const { batchSize, stepsPerEpoch } = sampler;
  const wholePerEpoch = Math.floor(data.count / batchSize);
  const step = Math.floor(number / wholePerEpoch) * stepsPerEpoch + number % wholePerEpoch;
  const { epoch } = sampler.draw(step);
  const batch: DeviceBatch & Disposable = {
    samples: batchSize,
    fill: (chunk) => data.fill(chunk, sampler.indices, { seed, step, epoch }),
    [Symbol.dispose]: () => sampler[Symbol.dispose](),
  };
  return batch;
}

/** The fewest batches that share no sample from which noise is estimated. */
export const FEWEST_DISJOINT = 8;

/** Batches that share no sample. */
export interface DisjointBatches {
  /** The number of samples of each. */
  readonly samples: number;
  /** The number of batches, at least {@linkcode FEWEST_DISJOINT}. The whole batches with numbers below it share no sample. */
  readonly batches: number;
}

/**
 * How many batches that share no sample the data gives; they are smaller than wanted where the data would not give enough of them.
 *
 * @param count The number of samples of the data.
 * @param wanted The size and the number of batches that are enough.
 * @returns Undefined if the data has too few samples for {@linkcode FEWEST_DISJOINT} batches.
 */
export function disjointBatches(count: number, wanted: DisjointBatches): DisjointBatches | undefined {
  const samples = Math.min(wanted.samples, Math.floor(count / FEWEST_DISJOINT));
  if (samples < 1) return undefined;
  return { samples, batches: Math.min(wanted.batches, Math.floor(count / samples)) };
}
