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
  /** The field, whose parameters are trained in place. */
  readonly field: Field;
  /** The objective that is minimised. */
  readonly objective: Objective;
  /** The samples: on the device (`pictureData`, …), or as arrays on the host. */
  readonly data: TrainingData | Batch;
  /** The optimizer, which must be made for the field's layout. Its counters tell at which step training continues. */
  readonly optimizer: Optimizer;
  /** The factor of the optimizer's learning rate at each step; constant by default. */
  readonly schedule?: Schedule;
  /** Samples per step; 512 by default. */
  readonly batchSize?: number;
  /** The total number of epochs, including those made before resuming. `epochs`, `steps` or both are needed. */
  readonly epochs?: number;
  /** The total number of steps, if it is reached before `epochs`; {@linkcode stepsWithin} converts a time to steps. */
  readonly steps?: number;
  /** Random seed for the order of samples and the probes; an unsigned 32-bit integer, 0 by default. */
  readonly seed?: number;
  /** The number of epochs between two `epoch` events; 1 by default. */
  readonly epochEvents?: number;
  /**
   * Stops training after the steps in flight. A step that takes longer than a few seconds is given up between two chunks of its batch, as
   * if it had not begun, unless there is a `reduce` hook.
   */
  readonly signal?: AbortSignal;
  /** The most bytes of device memory that a chunk of a batch may take. */
  readonly memory?: number;
  /** A hook that is awaited in every step, for instance to average over several processes; see {@linkcode Reduce}. */
  readonly reduce?: Reduce;
}

/** An event of training. At every event, the device has completed all steps so far. */
export interface TrainEvent {
  /**
   * `start` comes once, when everything is compiled and no step has been made; `progress` a few times a second; `epoch` at the end of
   * an epoch; `end` once, as the last event.
   */
  readonly type: "start" | "progress" | "epoch" | "end";
  /** The total number of steps made so far. */
  readonly step: number;
  /** The total number of epochs made so far, with fraction. */
  readonly epoch: number;
  /** The number of steps per epoch. */
  readonly stepsPerEpoch: number;
  /** The mini-batch losses of the steps since the last event. */
  readonly losses: Float32Array;
  /** Seconds of training in this call, synchronised with the device, without compilation and the time that the caller takes. */
  readonly seconds: number;
  /** The number of Hessian-vector products computed in this call. */
  readonly hvps: number;
  /** Whether the signal stopped the training; only set at `end`. */
  readonly aborted: boolean;
}

/** Thrown when a loss, gradient, product or parameter is not finite. */
export class DivergenceError extends Error {
  /** The error's name, which distinguishes it from other errors. */
  override readonly name = "DivergenceError";
  /**
   * Makes an error whose message names the step.
   *
   * @param step The step (counted from 1) at which the divergence was noticed.
   * @param what The quantity that is not finite.
   */
  constructor(readonly step: number, what: string) {
    super(`Training diverged at step ${step}: ${what} is not finite. A lower learning rate may help.`);
  }
}

/**
 * Trains a field and yields events meanwhile. Steps are recorded and submitted in bursts, and the host reads
 * losses back a few times a second, not after every step. Events come when the device has completed all recorded work, so the field
 * may be evaluated, or a checkpoint be written, between two of them.
 *
 * @throws {DivergenceError} If a loss, gradient, product or parameter is not finite; it is noticed at the next read-back.
 * @throws {Error} If the optimizer has already made as many steps as are requested.
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
  if (epochs === undefined && steps === undefined) throw new Error("train: expected epochs or steps, found neither.");
  for (const [name, value] of Object.entries({ batchSize, epochs, steps, epochEvents })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new Error(`train: ${name}: expected a positive integer, found ${value}.`);
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
  await compile(step, signal);
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
      if (!await step.record(done, rate * schedule.factor(done), signal)) break;
      if (inSubmit >= pace.submit) {
        gpu.flush();
        inSubmit = 0;
      }
    }
    if (done === first) break;
    step.watch(done - 1);
    const losses = await readLosses(step, first, done);
    step.waited();
    const milliseconds = performance.now() - begin;
    seconds += milliseconds / 1000;
    pace.took(done - first, milliseconds);
    yield event(done === nextEpochEvent ? "epoch" : "progress", losses);
  }
  yield event("end", new Float32Array(0), done < last);
}

/** Compiles everything that a step needs. If the signal stops it, the rest is compiled when it is first used. */
async function compile(step: TrainingStep, signal?: AbortSignal): Promise<void> {
  try {
    await step.tune(signal);
    using rehearsal = new Rehearsal(step, signal);
    await rehearsal.compile();
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/** Reads the losses of steps first … end − 1 from the ring buffer when all recorded work is complete. Throws if training diverged. */
async function readLosses(step: TrainingStep, first: number, end: number): Promise<Float32Array> {
  const { losses, flags, gpu } = step.workspace;
  const [ringBytes, flagBytes] = await gpu.read(losses, flags);
  const ring = new Float32Array(ringBytes);
  const [gradient, parameters] = new Uint32Array(flagBytes);
  if (gradient < end) throw new DivergenceError(gradient + 1, "the gradient");
  const read = Float32Array.from({ length: end - first }, (_, i) => ring[(first + i) % RING]);
  const bad = read.findIndex((loss) => !Number.isFinite(loss));
  if (bad >= 0) throw new DivergenceError(first + bad + 1, "the loss");
  // The last update of a burst may overflow although its gradient did not. Such a field must not be evaluated or stored.
  if (parameters < end) throw new DivergenceError(parameters + 1, "a parameter");
  return read;
}
