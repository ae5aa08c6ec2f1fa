import { checkArguments, FIELD, OBJECTIVE, OPTIMIZER } from "../hyperparameter/arguments.ts";
import type { TrainingData } from "../data/training_data.ts";
import type { Field } from "../field/field.ts";
import { checkSeed } from "../gpu/random.ts";
import { STORAGE_FORMATS, type StorageFormat } from "../gpu/storage_format.ts";
import {
  checkMembers,
  checkOptions,
  type Member,
  NUMBER,
  objectWith,
  oneOf,
  optional,
  type OptionNames,
} from "../hyperparameter/members.ts";
import type { Batch } from "../objective/batch.ts";
import type { Objective } from "../objective/objective.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Peers } from "./peers.ts";
import type { Reduce } from "./reduce.ts";
import type { Schedule } from "./schedule.ts";

/** Options of `train`. */
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
  /** The total number of steps, if it is reached before `epochs`; `stepsWithin` converts a time to steps. */
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
  /**
   * How hidden layers' preactivations and values are stored during a step: `"f32"` (default), or `"f16"`, which halves their memory and rounds
   * them to 11 bits (docs/kernels.md). Numbers beyond ±65504 become infinite, which ends training as a divergence.
   */
  readonly storage?: StorageFormat;
  /** A hook that is awaited in every step, for instance to average over several processes; see {@linkcode Reduce}. */
  readonly reduce?: Reduce;
  /**
   * The processes that train the field together, each on a part of every batch; this one is alone by default. All of them must call `train`
   * with the same options, but for the signal, on devices of the same kind, whose results they share bit for bit. They start with the
   * state and the kernels of process 0. All stop after the same step, when a signal stops one of them.
   */
  readonly peers?: Peers;
  /**
   * Training counts as diverged when the losses of 50 steps in a row are above this, or most of those of the last 10 steps at the end of training; no
   * limit by default.
   */
  readonly lossLimit?: number;
}

const DATA: Member = {
  expected: "training data such as pictureData(), or an object of inputs and targets",
  holds: (value) =>
    typeof value === "object" && value !== null && ("fill" in value || "inputs" in value && "targets" in value),
};

const MEMBERS: { readonly [Name in keyof TrainOptions]-?: Member } = {
  field: FIELD,
  objective: OBJECTIVE,
  data: DATA,
  optimizer: OPTIMIZER,
  schedule: optional(objectWith("a schedule such as cosine()", "factor")),
  batchSize: optional(NUMBER),
  epochs: optional(NUMBER),
  steps: optional(NUMBER),
  seed: optional(NUMBER),
  epochEvents: optional(NUMBER),
  signal: optional(objectWith("an AbortSignal", "aborted")),
  memory: optional(NUMBER),
  storage: optional(oneOf(STORAGE_FORMATS)),
  reduce: optional({ expected: "a function", holds: (value) => typeof value === "function" }),
  peers: optional(objectWith("processes such as those of joinMpi()", "rank", "size", "sum", "least", "broadcast")),
  lossLimit: optional({ expected: "a number above 0", holds: (value) => typeof value === "number" && value > 0 }),
};

const TRAIN_OPTIONS = Object.fromEntries(Object.keys(MEMBERS).map((name) => [name, true])) as OptionNames<TrainOptions>;

/**
 * Throws if what is to be planned lacks something that training needs.
 *
 * @param who The function that plans, for messages.
 */
export function checkPlanOptions(
  who: string,
  options: Pick<TrainOptions, "field" | "objective" | "data" | "optimizer">,
) {
  // What train gets can be planned, with its schedule and its length.
  checkOptions(who, options, TRAIN_OPTIONS);
  const { field, objective, data, optimizer } = options;
  checkArguments(who, {
    field: [field, FIELD],
    objective: [objective, OBJECTIVE],
    data: [data, DATA],
    optimizer: [optimizer, OPTIMIZER],
  });
}

/** Throws if an option of `train` is missing, unknown, or not what it must be. */
export function checkTrainOptions(options: TrainOptions): void {
  checkMembers<TrainOptions>("train", options, MEMBERS);
  const { batchSize, epochs, steps, epochEvents, seed = 0 } = options;
  if (epochs === undefined && steps === undefined) throw new Error("train: expected epochs or steps, found neither.");
  for (const [name, value] of Object.entries({ batchSize, epochs, steps, epochEvents })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new Error(`train: ${name}: expected a positive integer, found ${value}.`);
    }
  }
  checkSeed("train", seed);
  if (options.peers !== undefined && options.reduce !== undefined) {
    throw new Error("train: expected peers or reduce, found both.");
  }
}
