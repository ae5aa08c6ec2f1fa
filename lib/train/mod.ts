/**
 * Training: the loop and its events, data, schedules, plans, checkpoints and saved fields.
 *
 * @module
 */
export { train, type TrainEvent } from "./train.ts";
export { type TrainOptions } from "./train_options.ts";
export { type DivergedQuantity, type Divergence, DivergenceError } from "./divergence.ts";
export { stepsWithin } from "./budget.ts";
export { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
export { CheckpointMismatchError } from "./checkpoint_mismatch.ts";
export { type PlanOptions, planTraining, type TrainingPlan } from "./plan.ts";
export { type Peers } from "./peers.ts";
export { type Reduce } from "./reduce.ts";
export { loadField, type LoadFieldOptions, saveField } from "./saved_field.ts";
export {
  constant,
  cosine,
  type CosineOptions,
  exponential,
  type ExponentialOptions,
  linearWarmup,
  type LinearWarmupOptions,
  type Schedule,
  stepDecay,
  type StepDecayOptions,
} from "./schedule.ts";
export {
  type ScheduleConfig,
  scheduleFromConfig,
  scheduleHyperparameters,
  type ScheduleKind,
  scheduleKinds,
  scheduleNames,
  scheduleOver,
  scheduleToConfig,
} from "./schedule_registry.ts";
export { type BatchFill, type Draw, type EpochOrder, tableData, type TrainingData } from "../data/training_data.ts";
