import { onDevice } from "../data/training_data.ts";
import { Rehearsal } from "./rehearsal.ts";
import type { TrainOptions } from "./train.ts";
import { TrainingStep } from "./training_step.ts";

/** What a run's speed and memory depend on; see {@linkcode TrainOptions}. */
export type PlanOptions = Pick<
  TrainOptions,
  "field" | "objective" | "data" | "optimizer" | "batchSize" | "seed" | "signal" | "memory"
>;

/** What training will take. */
export interface TrainingPlan {
  /** Steps of an epoch. */
  readonly stepsPerEpoch: number;
  /** Rows of the pieces that a batch is worked through in. */
  readonly chunkRows: number;
  /** Bytes on the device while training, everything that is there already included. */
  readonly deviceBytes: number;
  /** Seconds of a step with neither products nor factors. */
  readonly plainSeconds: number;
  /** Seconds of step 0 where the optimizer has one of its own kind (SOAP computes eigenvectors from scratch), and it is still to come. */
  readonly firstSeconds?: number;
  /** Seconds of the step with this number (from 0), its Hessian-vector products included. */
  secondsOf(step: number): number;
}

/**
 * Measures training before it begins, on copies, so that nothing that is trained changes.
 *
 * @param options As `train` will get them.
 */
export async function planTraining(options: PlanOptions): Promise<TrainingPlan> {
  const { field, objective, optimizer, batchSize = 512, seed = 0, signal, memory } = options;
  const { gpu } = field;
  using data = onDevice(field, objective, options.data);
  using training = new TrainingStep({ field, objective, data, optimizer, batchSize, seed, memory });
  const chunkRows = training.workspace.chunkRows;
  await training.tune();
  const before = gpu.liveBytes;
  using rehearsal = new Rehearsal(training);
  const copies = gpu.liveBytes - before;
  await rehearsal.warmUp();
  const deviceBytes = gpu.liveBytes - copies;
  const firstSeconds = optimizer.counters.step === 0 ? await rehearsal.secondsOfFirst() : undefined;
  const plain = await rehearsal.secondsPerStep([], signal);
  const { observes: kind } = optimizer;
  const observation = kind === undefined
    ? 0
    : Math.max(0, await rehearsal.secondsPerStep([{ kind, count: 1 }], signal) - plain);
  return {
    stepsPerEpoch: training.sampler.stepsPerEpoch,
    chunkRows,
    deviceBytes,
    plainSeconds: plain,
    firstSeconds,
    secondsOf(step) {
      if (step === 0 && firstSeconds !== undefined) return firstSeconds;
      return plain + observation * optimizer.requests(step).reduce((sum, { count }) => sum + count, 0);
    },
  };
}
