import { onDevice } from "../data/training_data.ts";
import { createVector } from "../linalg/vector.ts";
import type { ObservationKind } from "../optim/observation.ts";
import { sumOver } from "./peers.ts";
import { BURSTS, Rehearsal } from "./rehearsal.ts";
import { stepKinds } from "./step_kinds.ts";
import { checkPlanOptions, type TrainOptions } from "./train_options.ts";
import { TrainingStep } from "./training_step.ts";
import { usualCount } from "./usual_count.ts";

/** So many exchanges between processes are measured. */
const EXCHANGES = 5;

/** Of a kind of which there is at most one step for so many ordinary ones, one burst is measured: its error counts for little. */
const RARE = 4;

/**
 * Steps are measured with as many products as they usually have, but with no more than this. The first product of a step takes longer than
 * the others: beside one, the derivatives of a gradient are not fused.
 */
const MOST_OBSERVED = 8;

/** The options of training on which speed and memory depend; see {@linkcode TrainOptions}. */
export type PlanOptions = Pick<
  TrainOptions,
  "field" | "objective" | "data" | "optimizer" | "batchSize" | "seed" | "signal" | "memory" | "storage" | "peers"
>;

/** The time and memory that training will take. */
export interface TrainingPlan {
  /** The number of steps per epoch. */
  readonly stepsPerEpoch: number;
  /** The number of rows of the chunks in which a batch is processed. */
  readonly chunkRows: number;
  /** Bytes of device memory during training, including everything that is allocated already. */
  readonly deviceBytes: number;
  /** Seconds of the optimizer's most frequent kind of step, without Hessian-vector or Gauss-Newton products and Kronecker factors. */
  readonly plainSeconds: number;
  /** Seconds of step 0, if it is still to come and is special for the optimizer (SOAP computes its first bases in it). */
  readonly firstSeconds?: number;
  /** Seconds of a step (counted from 0), including its Hessian-vector or Gauss-Newton products and Kronecker factors. */
  secondsOf(step: number): number;
}

/**
 * Measures the time and memory of training before it begins, on copies, so that field and optimizer do not change.
 *
 * @param options The options that `train` will get; with `peers`, all processes must plan at the same time. Their signal stops the
 * measurement by throwing its reason.
 */
export async function planTraining(options: PlanOptions): Promise<TrainingPlan> {
  checkPlanOptions("planTraining", options);
  const { field, objective, optimizer, batchSize = 512, seed = 0, signal, memory, storage, peers } = options;
  const { gpu } = field;
  using data = onDevice(field, objective, options.data);
  using training = new TrainingStep({ field, objective, data, optimizer, batchSize, seed, memory, storage, peers });
  const chunkRows = training.workspace.chunkRows;
  await training.tune(signal);
  const before = gpu.liveBytes;
  using rehearsal = new Rehearsal(training, signal);
  const copies = gpu.liveBytes - before;
  await rehearsal.compile();
  const deviceBytes = gpu.liveBytes - copies;
  const { spec, counters: { step: made } } = optimizer;
  const first = made === 0 ? await rehearsal.secondsOfFirst() : undefined;
  const [ordinary, ...others] = stepKinds(spec, first === undefined ? made : made + 1);
  const { whole, chunk } = await rehearsal.secondsPerStep(ordinary, []);
  const plain = whole + await exchangeSeconds(options);
  // Updates take as long for a whole batch as for a chunk of it.
  const updates = new Map<string | undefined, number>();
  for (const other of others) {
    const bursts = other.count * RARE <= ordinary.count ? 1 : BURSTS;
    updates.set(other.kind, await rehearsal.secondsOfChunk(other, bursts) - chunk);
  }
  const firstSeconds = first === undefined ? undefined : first + plain - chunk;
  const seconds = new Map<ObservationKind, number>();
  for (const kind of optimizer.observes) {
    const count = Math.min(usualCount(optimizer, kind, made), MOST_OBSERVED);
    const { whole: all } = await rehearsal.secondsPerStep(ordinary, [{ kind, count }]);
    seconds.set(kind, Math.max(0, all - whole) / count);
  }
  return {
    stepsPerEpoch: training.sampler.stepsPerEpoch,
    chunkRows,
    deviceBytes,
    plainSeconds: plain,
    firstSeconds,
    secondsOf(step) {
      if (step === 0 && firstSeconds !== undefined) return firstSeconds;
      const update = plain + (updates.get(spec.kindOf?.(step)) ?? 0);
      return optimizer.requests(step).reduce((sum, { kind, count }) => sum + count * seconds.get(kind)!, update);
    },
  };
}

/** The median time of an exchange with the other processes, which every step makes; 0 for a process that is alone. */
async function exchangeSeconds({ field: { gpu, layout }, peers }: PlanOptions): Promise<number> {
  if (peers === undefined) return 0;
  using exchanged = createVector(gpu, layout, "exchanged");
  const exchange = sumOver(peers);
  const times: number[] = [];
  for (let i = 0; i < EXCHANGES; i++) {
    const begin = performance.now();
    await exchange({ exchanged });
    times.push((performance.now() - begin) / 1000);
  }
  return times.sort((a, b) => a - b)[Math.floor(EXCHANGES / 2)];
}
