import { createField, type Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { createOptimizer, type Optimizer } from "../../lib/optim/optimizer.ts";
import { train, type TrainEvent } from "../../lib/train/train.ts";
import type { TrainOptions } from "../../lib/train/train_options.ts";
import type { Command } from "../shell/command.ts";
import { lossLimitOf } from "./loss_limit.ts";
import { chosenOptimizer } from "./optimizer.ts";
import type { RunLength } from "./run_length.ts";
import { chosenSchedule } from "./schedule.ts";
import type { TrainingInput } from "./training_input.ts";
import type { TaskValues, TrainingTask } from "./task.ts";
import type { SettledValues } from "./options.ts";

/** The approximate number of evaluations of a run at the ends of epochs. */
export const EVALUATIONS = 20;

/** How training is watched and where it ends. */
interface TrainingEnd {
  readonly evaluations?: number;
  readonly until?: number;
  readonly signal?: AbortSignal;
}

/** The number of batches into which an input's samples are divided. */
export function stepsPerEpochOf({ data, values: { batchSize } }: Pick<TrainingInput, "data" | "values">): number {
  return Math.ceil(data.count / Math.min(batchSize, data.count));
}

/** A run before its first step: its input, field and its optimizer, all on the device. */
export class PreparedRun<
  C extends Command = Command,
  S extends TaskValues<C> & SettledValues = TaskValues<C> & SettledValues,
> implements Disposable {
  readonly field: Field;
  readonly optimizer: Optimizer;
  /** The options of training except its length. Planning uses them too. */
  readonly training: Omit<TrainOptions, "epochs" | "steps" | "schedule">;
  readonly stepsPerEpoch: number;
  readonly #owned: DisposableStack;

  /**
   * Makes the field and the optimizer that the values describe.
   *
   * @param input What the task has loaded for these values. The run disposes of it.
   * @param how The signal that stops the run after the steps in flight, and the processes that share it.
   */
  constructor(
    gpu: Gpu,
    task: TrainingTask<C, S>,
    readonly values: S,
    readonly input: TrainingInput,
    how: Pick<TrainOptions, "signal" | "peers"> = {},
  ) {
    using owned = new DisposableStack();
    const { data, objective } = owned.use(input);
    const { batchSize, seed, storage } = values;
    const field = owned.use(createField(gpu, task.field(values, input.outputs, input.inputs), { seed }));
    const optimizer = owned.use(
      createOptimizer(gpu, chosenOptimizer(values, task.optimizerDefaults(values)), field.layout),
    );
    this.field = field;
    this.optimizer = optimizer;
    this.stepsPerEpoch = stepsPerEpochOf(input);
    this.training = { field, objective, data, optimizer, batchSize, seed, storage, ...how };
    this.#owned = owned.move();
  }

  /**
   * Trains the field, starting at the step of the optimizer's counters. A run that has already made all of its steps has only an `end` event.
   *
   * @param how The approximate number of `epoch` events, unless `--evaluate-every` is given; the step at which training ends, if that is
   * before the run's last one; and a signal that takes the place of the one given before.
   */
  async *train(length: RunLength, how: TrainingEnd = {}): AsyncGenerator<TrainEvent, void, void> {
    const { training, stepsPerEpoch, values } = this;
    const { steps } = length;
    const { evaluations = EVALUATIONS, until = steps, signal = training.signal } = how;
    const { step } = this.optimizer.counters;
    if (step >= until) {
      const none = { losses: new Float32Array(0), seconds: 0, hvps: 0, aborted: false, aboveLimit: false };
      return yield { type: "end", step, epoch: step / stepsPerEpoch, stepsPerEpoch, ...none };
    }
    const epochEvents = this.epochsBetweenEvaluations(steps, evaluations);
    const lossLimit = lossLimitOf(training.objective);
    const schedule = chosenSchedule(values, length);
    yield* train({ ...training, schedule, steps: until, epochEvents, lossLimit, signal });
  }

  /** The number of epochs from one evaluation to the next, for a run of so many steps. */
  epochsBetweenEvaluations(steps: number, evaluations = EVALUATIONS): number {
    return this.values.evaluateEvery ?? Math.max(1, Math.ceil(steps / this.stepsPerEpoch / evaluations));
  }

  /** Frees everything on the device. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
