import { sharedValue } from "../../lib/train/peers.ts";
import { planTraining, type TrainingPlan } from "../../lib/train/plan.ts";
import type { Schedule } from "../../lib/train/schedule.ts";
import { type Costs, measureCosts } from "./costs.ts";
import type { ProgressLine } from "../shell/progress.ts";
import type { Deadline } from "./deadline.ts";
import { lastStepBefore } from "./deadline_room.ts";
import type { PreparedRun } from "./prepared_run.ts";
import { type RunLength, runLength, type RunLimits, withoutIdleSteps } from "./run_length.ts";
import { chosenSchedule } from "./schedule.ts";
import { stepsInSeconds } from "./time_limit.ts";

/** The part of the time before a deadline in which the fastest kernels are looked for. */
const CHOOSING = 0.1;

/** What the length of a run follows from. */
interface LengthRequest {
  readonly limits: RunLimits;
  /** The length of the run that is resumed. */
  readonly resumed?: RunLength;
  /** The time by which this process is to have ended. */
  readonly deadline?: Deadline;
  /** Whether this process measures and writes. */
  readonly writes: boolean;
  /** Shows what is measured. */
  readonly progress: Pick<ProgressLine, "begin">;
}

/** The length of a run and what follows from it. */
export interface PlannedLength {
  readonly length: RunLength;
  /** The step at which this process ends training, because its deadline leaves no time for more; usually the run's last one. */
  readonly until: number;
  /** The schedule of the learning rate. */
  readonly schedule: Schedule;
  /** The step that training reaches before the deadline, if there is one. */
  readonly reached?: number;
  /** Whether steps were left out that would have changed nothing. */
  readonly shortened: boolean;
  /** What was measured of the time and memory of training, if the length depends on it or a dry run shows it. */
  readonly plan?: TrainingPlan;
  /** What was measured of the time that is not training; only of a process that writes, together with the plan. */
  readonly costs?: Costs;
}

/**
 * The length of a run without steps that would change nothing, and the schedule of its learning rate.
 *
 * @throws {UserError} If there is no time for a single step, or no step is left that would change anything.
 */
export async function plannedLength(prepared: PreparedRun, request: LengthRequest): Promise<PlannedLength> {
  const { input, values, optimizer, training, stepsPerEpoch } = prepared;
  const { limits, resumed, deadline, writes, progress } = request;
  const made = optimizer.counters.step;
  if (values.conclude && resumed !== undefined) {
    return { length: resumed, until: made, schedule: chosenSchedule(values, resumed), shortened: false };
  }
  const measures = values.dryRun || limits.minutes !== undefined || deadline !== undefined;
  const { gpu } = prepared.field;
  if (deadline !== undefined) {
    gpu.tuner.limit(CHOOSING * deadline.left);
    if (writes) gpu.guard = deadline.guard();
  }
  if (measures) progress.begin("measuring how long a step takes");
  const plan = measures ? await planTraining(training) : undefined;
  if (measures) progress.begin("measuring how long an evaluation takes");
  const costs = measures && writes ? await measureCosts(prepared) : undefined;
  gpu.guard = undefined;
  const isTrained = resumed !== undefined && made >= resumed.steps && Object.values(limits).every((limit) => !limit);
  const reached = deadline === undefined || costs === undefined || isTrained
    ? undefined
    : lastStepBefore(deadline, costs, {
      made,
      stepsPerEpoch,
      secondsOf: plan!.secondsOf,
      evaluateEvery: values.evaluateEvery,
      evaluationInterval: input.evaluationInterval,
    });
  // A run that is resumed keeps the size of its batches.
  const sizeOption = resumed !== undefined ? undefined : "rays" in values ? "--rays" : "--batch-size";
  const measured = runLength({
    limits,
    scheduleEpochs: values.scheduleEpochs,
    stepsPerEpoch,
    made,
    resumed,
    stepsWithin: (seconds) => stepsInSeconds(seconds, training, plan!, sizeOption),
    reached,
  });
  const { peers } = training;
  const decided = { measured, reached };
  const shared = peers === undefined ? decided : await sharedValue(peers, decided);
  const length = withoutIdleSteps(shared.measured, chosenSchedule(values, shared.measured), made);
  const schedule = chosenSchedule(values, length);
  const until = Math.min(length.steps, Math.max(made, shared.reached ?? Infinity));
  return { length, until, reached: shared.reached, schedule, shortened: length !== shared.measured, plan, costs };
}
