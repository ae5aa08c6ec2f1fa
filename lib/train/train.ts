import { onDevice } from "../data/training_data.ts";
import { claim } from "./claim.ts";
import { readLosses } from "./read_losses.ts";
import { LossWatch } from "./loss_watch.ts";
import { Pace } from "./pace.ts";
import { Rehearsal } from "./rehearsal.ts";
import { constant } from "./schedule.ts";
import { shareChoices, shareState, sumOver } from "./peers.ts";
import { checkTrainOptions, type TrainOptions } from "./train_options.ts";
import { RING, TrainingStep } from "./training_step.ts";

/** An event of training. At every event, the device has completed all steps so far. */
export interface TrainEvent {
  /**
   * `start` comes once, when everything is compiled and no step has been made; `progress` about once a second; `epoch` at the end of
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
  /** Whether the loss of the last step, or most of the last ten losses, are above `lossLimit`, so that this state should not replace a better one. */
  readonly aboveLimit: boolean;
}

/**
 * Trains a field and yields events meanwhile. Steps are recorded and submitted in bursts, and the host reads
 * losses back about once a second, not after every step. Events come when the device has completed all recorded work, so the field
 * may be evaluated, or a checkpoint be written, between two of them. A field and an optimizer can be in one call at a time: until its
 * last event, or until the caller leaves the loop over them.
 *
 * @throws {DivergenceError} If a loss, gradient, product or parameter, or the optimizer's state, is not finite, or the losses stay above
 * their limit; it is noticed at the next read-back.
 * @throws {DeviceLostError} If the device is lost. A checkpoint can go on with a new device, a new field and a new optimizer.
 * @throws {Error} If the optimizer has already made as many steps as are requested, or an option is not what it must be.
 * @example
 * ```ts ignore
 * for await (const event of train({ field, objective: meanSquaredError(), data, optimizer, epochs: 10 })) {
 *   if (event.type === "epoch") console.log(event.epoch, event.losses.at(-1));
 * }
 * ```
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
  checkTrainOptions(options);
  const { field, objective, optimizer, batchSize = 512, seed = 0, memory, storage, peers } = options;
  const reduce = peers === undefined ? options.reduce : sumOver(peers);
  using _claimed = claim("train", { field, optimizer });
  using data = onDevice(field, objective, options.data);
  using step = new TrainingStep({ field, objective, data, optimizer, batchSize, seed, memory, storage, reduce, peers });
  if (peers !== undefined) await shareState(peers, field, optimizer);
  const last = lastStep(options, step.sampler.stepsPerEpoch);
  await compile(step, options);
  yield* steps(step, last, options);
}

/** The number of steps at the end of training. Throws if there is nothing to do. */
function lastStep({ epochs = Infinity, steps = Infinity, optimizer }: TrainOptions, stepsPerEpoch: number): number {
  const last = Math.min(epochs * stepsPerEpoch, steps);
  const made = optimizer.counters.step;
  if (made < last) return last;
  throw new Error(
    `train: there is nothing to do: ${last} steps in all were requested, and the optimizer has made ${made} already.`,
  );
}

/** Makes all steps, and yields events. */
async function* steps(step: TrainingStep, last: number, options: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
  const { epochEvents = 1, signal, optimizer, peers, lossLimit = Infinity } = options;
  const { stepsPerEpoch } = step.sampler;
  const pace = new Pace(RING);
  const watch = new LossWatch(lossLimit);
  let [done, seconds] = [optimizer.counters.step, 0];
  const event = (type: TrainEvent["type"], losses: Float32Array = new Float32Array(0), aborted = false): TrainEvent => {
    const epoch = done / stepsPerEpoch;
    const { isAbove: aboveLimit } = watch;
    return { type, step: done, epoch, stepsPerEpoch, losses, seconds, hvps: step.hvps, aborted, aboveLimit };
  };
  yield event("start");
  while (done < last) {
    const nextEpochEvent = (Math.floor(done / stepsPerEpoch / epochEvents) + 1) * epochEvents * stepsPerEpoch;
    const first = done;
    const wanted = signal?.aborted ? 0 : Math.min(pace.burst, nextEpochEvent - first, last - first);
    // Several processes look at the same steps, so that all of them see a divergence, and stop after the same one.
    const burst = peers === undefined ? wanted : await peers.least(wanted);
    if (burst === 0) break;
    const begin = performance.now();
    done = await recordBurst(step, { first, until: first + burst, pace }, options);
    if (done === first) break;
    step.checkFinite(done - 1);
    const losses = await readLosses(step, first, done);
    step.waited();
    watch.look(losses, done, done === last);
    const milliseconds = performance.now() - begin;
    seconds += milliseconds / 1000;
    pace.took(done - first, milliseconds);
    yield event(done === nextEpochEvent ? "epoch" : "progress", losses);
  }
  yield event("end", undefined, done < last);
}

/** Records the steps `first` … `until` − 1, in submits of a suitable length, and returns how many are made after them. */
async function recordBurst(
  step: TrainingStep,
  { first, until, pace }: { readonly first: number; readonly until: number; readonly pace: Pace },
  { field: { gpu }, optimizer, schedule = constant(), signal }: TrainOptions,
): Promise<number> {
  const rate = optimizer.spec.learningRate;
  pace.begin();
  for (let done = first; done < until; done++) {
    if (!await step.record(done, rate * schedule.factor(done), signal)) return done;
    if (pace.isDue()) gpu.flush();
  }
  return until;
}

/** Compiles everything that a step needs. If the signal stops it, the rest is compiled when it is first used. */
async function compile(step: TrainingStep, { field, signal, peers }: TrainOptions): Promise<void> {
  const unlessStopped = (error: unknown) => {
    if (!signal?.aborted) throw error;
  };
  const tune = () => step.tune(signal);
  try {
    if (peers === undefined) await tune();
    else await shareChoices(peers, field.gpu.tuner, () => tune().catch(unlessStopped));
    using rehearsal = new Rehearsal(step, signal);
    await rehearsal.compile();
  } catch (error) {
    unlessStopped(error);
  }
  step.forgetFlags();
}
