import type { Field } from "../field/field.ts";
import { checkSeed } from "../gpu/random.ts";
import type { Batch } from "../objective/batch.ts";
import type { Objective } from "../objective/objective.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { onDevice, type TrainingData } from "../data/training_data.ts";
import { Pace } from "./pace.ts";
import type { Reduce } from "./reduce.ts";
import { Rehearsal } from "./rehearsal.ts";
import { constant, type Schedule } from "./schedule.ts";
import { RING, TrainingStep } from "./training_step.ts";

/** Options of {@linkcode train}. */
export interface TrainOptions {
  /** Trained in place. */
  readonly field: Field;
  /** What is minimised. */
  readonly objective: Objective;
  /** Samples on the device (`pictureData`, …), or arrays on the host. */
  readonly data: TrainingData | Batch;
  /** Made for the field's layout. Its counters say where training goes on. */
  readonly optimizer: Optimizer;
  /** Multiplies the optimizer's learning rate; constant by default. */
  readonly schedule?: Schedule;
  /** Samples of a step, 512 by default. */
  readonly batchSize?: number;
  /** Train until so many epochs have been made in all (resumed ones included). It, `steps` or both are needed. */
  readonly epochs?: number;
  /** Train until so many steps have been made in all, if that comes first; {@linkcode stepsWithin} turns a time into steps. */
  readonly steps?: number;
  /** Keys the order of samples and the probes; an unsigned 32-bit number, 0 by default. */
  readonly seed?: number;
  /** An `epoch` event after every so many epochs, 1 by default. */
  readonly epochEvents?: number;
  /** Stops after the steps in flight. */
  readonly signal?: AbortSignal;
  /** Bytes of device memory that a chunk of a batch may take. */
  readonly memory?: number;
  /** Awaited in every step, for instance to average over several processes; see {@linkcode Reduce}. */
  readonly reduce?: Reduce;
}

/** What training tells. At every event all steps so far have run on the device. */
export interface TrainEvent {
  /**
   * `start`: compiled, nothing done; `progress`: a few times a second; `epoch`: at the end of an epoch; `end`: last of all.
   */
  readonly type: "start" | "progress" | "epoch" | "end";
  /** Steps made in all. */
  readonly step: number;
  /** Epochs made in all, with fraction. */
  readonly epoch: number;
  /** Steps of an epoch. */
  readonly stepsPerEpoch: number;
  /** The mini-batch losses of the steps since the last event. */
  readonly losses: Float32Array;
  /** Seconds of training by this call: synchronised, without compilation and without the time between events. */
  readonly seconds: number;
  /** Hessian-vector products made by this call. */
  readonly hvps: number;
  /** Set at `end`: whether the signal stopped it. */
  readonly aborted: boolean;
}

/** Thrown when a loss, gradient, product or parameter is not finite. */
export class DivergenceError extends Error {
  /** For telling it from other errors. */
  override readonly name = "DivergenceError";
  /**
   * Names the step.
   *
   * @param step The step (from 1) at which it was seen.
   * @param what What is not finite.
   */
  constructor(readonly step: number, what: string) {
    super(`Training diverged at step ${step}: ${what} is not finite. A lower learning rate may help.`);
  }
}

/**
 * Trains a field: a stream of events while the device works. Steps are recorded and submitted in bursts; the host reads
 * losses back a few times a second, never every step. Events come when everything recorded has run, so that the field may be
 * evaluated, or a checkpoint be written, between two of them.
 *
 * @throws {DivergenceError} When something is not finite, within one read-back interval.
 * @throws {Error} When the optimizer has made as many steps already as are requested.
 * @example
 * ```ts ignore
 * for await (const event of train({ field, objective: meanSquaredError(), data, optimizer, epochs: 10 })) {
 *   if (event.type === "epoch") console.log(event.epoch, event.losses.at(-1));
 * }
 * ```
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
  const { field, objective, optimizer, batchSize = 512, seed = 0, epochEvents = 1, signal, memory, reduce } = options;
  const { epochs, steps } = options;
  const schedule = options.schedule ?? constant();
  if (epochs === undefined && steps === undefined) throw new Error("train: epochs or steps expected, neither found.");
  for (const [name, value] of Object.entries({ batchSize, epochs, steps, epochEvents })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new Error(`train: ${name}: a positive whole number expected, ${value} found.`);
    }
  }
  checkSeed("train", seed);
  const { gpu } = field;
  using data = onDevice(field, objective, options.data);
  using step = new TrainingStep({ field, objective, data, optimizer, batchSize, seed, memory, reduce });
  const { stepsPerEpoch } = step.sampler;
  const last = Math.min((epochs ?? Infinity) * stepsPerEpoch, steps ?? Infinity);
  const made = optimizer.counters.step;
  if (made >= last) {
    throw new Error(
      `train: there is nothing to do: ${last} steps in all were requested, and the optimizer has made ${made} already.`,
    );
  }
  await step.tune();
  {
    using rehearsal = new Rehearsal(step);
    await rehearsal.warmUp();
  }
  const pace = new Pace(RING);
  let seconds = 0;
  let done = made;
  const event = (type: TrainEvent["type"], losses: Float32Array, aborted = false): TrainEvent => {
    return {
      type,
      step: done,
      epoch: done / stepsPerEpoch,
      stepsPerEpoch,
      losses,
      seconds,
      hvps: step.hvps,
      aborted,
    };
  };
  yield event("start", new Float32Array(0));
  const rate = optimizer.spec.learningRate;
  while (done < last && !signal?.aborted) {
    const nextEpochEvent = (Math.floor(done / stepsPerEpoch / epochEvents) + 1) * epochEvents * stepsPerEpoch;
    const until = Math.min(done + pace.burst, nextEpochEvent, last);
    const begin = performance.now();
    const first = done;
    for (let inSubmit = 1; done < until; done++, inSubmit++) {
      const reduced = step.record(done, rate * schedule.factor(done));
      if (reduced !== undefined) await reduced;
      if (inSubmit >= pace.submit) {
        gpu.flush();
        inSubmit = 0;
      }
    }
    step.watch(done - 1);
    const losses = await readLosses(step, first, done);
    const milliseconds = performance.now() - begin;
    seconds += milliseconds / 1000;
    pace.took(done - first, milliseconds);
    yield event(done === nextEpochEvent ? "epoch" : "progress", losses);
  }
  yield event("end", new Float32Array(0), done < last);
}

/** Losses of steps first … end − 1 from the ring, after everything recorded has run. Throws when something diverged. */
async function readLosses(step: TrainingStep, first: number, end: number): Promise<Float32Array> {
  const { losses, flags, gpu } = step.workspace;
  const [ringBytes, flagBytes] = await gpu.read(losses, flags);
  const ring = new Float32Array(ringBytes);
  const [gradient, parameters] = new Uint32Array(flagBytes);
  if (gradient < end) throw new DivergenceError(gradient + 1, "the gradient");
  const read = Float32Array.from({ length: end - first }, (_, i) => ring[(first + i) % RING]);
  const bad = read.findIndex((loss) => !Number.isFinite(loss));
  if (bad >= 0) throw new DivergenceError(first + bad + 1, "the loss");
  // The last update of a burst may overflow although its gradient did not; nobody shall evaluate or keep such a field.
  if (parameters < end) throw new DivergenceError(parameters + 1, "a parameter");
  return read;
}
