import type { Schedule } from "../../lib/train/schedule.ts";
import { list, number, object } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import type { TrainingValues } from "./options.ts";

/** The most steps of a run: integers above this one are not exact. */
const MOST_STEPS = Number.MAX_SAFE_INTEGER;

/** The length of a run. Both numbers are stored in its configuration. */
export interface RunLength {
  /** The total number of steps. */
  readonly steps: number;
  /** The number of steps after which the schedule ends. It is fixed at the first start. */
  readonly scheduleSteps: number;
  /** Where the schedule began again, because the run was taken further after its end; never by default. */
  readonly restarts?: readonly Restart[];
}

/** A step at which the schedule begins again. */
interface Restart {
  /** The step. */
  readonly step: number;
  /** The step at which the schedule ends then, counted from the beginning of the run. */
  readonly scheduleSteps: number;
}

/** Restarts, as `config.json` has them. */
export const restartsShape = list(
  object({ step: number({ whole: true, min: 1 }), scheduleSteps: number({ whole: true, min: 1 }) }),
);

/** The step at which the schedule ends. */
function scheduleEnd({ scheduleSteps, restarts = [] }: RunLength): number {
  return restarts.at(-1)?.scheduleSteps ?? scheduleSteps;
}

/** The limits of a run: its end is the one that it reaches first. */
export type RunLimits = Partial<Pick<TrainingValues, "epochs" | "minutes">>;

/** What determines the length of a run. */
export interface RunLengthRequest {
  /** The limits that were given for this start; at least one, unless a run is resumed. */
  readonly limits: RunLimits;
  readonly scheduleEpochs?: number;
  readonly stepsPerEpoch: number;
  /** The number of steps made so far. */
  readonly made: number;
  /** The length of the run that is resumed. */
  readonly resumed?: RunLength;
  /** The step at which the run will be after so many more seconds. */
  readonly stepsWithin: (seconds: number) => number;
  /** The step that is reached before the deadline of this start, if there is one. */
  readonly reached?: number;
}

/**
 * The length of a run: the end of its epochs or its minutes, whichever comes first. A resumed run without either keeps its length. A
 * deadline determines the length of a run without epochs; one with epochs is ended by it, and can be resumed.
 */
export function runLength(request: RunLengthRequest): RunLength {
  const { limits, scheduleEpochs, stepsPerEpoch, made, resumed, stepsWithin, reached = Infinity } = request;
  const { epochs = Infinity, minutes } = limits;
  if (resumed !== undefined && epochs === Infinity && minutes === undefined) return resumed;
  const inEpochs = stepsOf(epochs, stepsPerEpoch);
  if (inEpochs < made) {
    throw new UserError(`--epochs ${epochs}: the run has made ${(made / stepsPerEpoch).toFixed(1)} epochs already.`);
  }
  const inMinutes = minutes === undefined ? Infinity : stepsWithin(minutes * 60);
  const inTime = minutes === undefined && epochs !== Infinity ? Infinity : Math.min(inMinutes, reached);
  const steps = Math.min(inEpochs, inTime, MOST_STEPS);
  if (resumed !== undefined) return { ...resumed, steps };
  if (scheduleEpochs !== undefined) return { steps, scheduleSteps: stepsOf(scheduleEpochs, stepsPerEpoch) };
  return { steps, scheduleSteps: inEpochs === Infinity ? steps : inEpochs };
}

/** The steps of so many epochs; no more than can be counted, which no run reaches. */
function stepsOf(epochs: number, stepsPerEpoch: number): number {
  return epochs === Infinity ? Infinity : Math.min(epochs * stepsPerEpoch, MOST_STEPS);
}

/**
 * Changes a length where steps would change nothing, because the schedule has brought the learning rate to 0: such steps are left out, or,
 * if the run has reached the end of its schedule and is taken further, the schedule begins again.
 *
 * @param made The number of steps made so far.
 */
export function withoutIdleSteps(length: RunLength, schedule: Schedule, made: number): RunLength {
  const { steps, restarts = [] } = length;
  const end = scheduleEnd(length);
  if (steps <= end || schedule.factor(end) > 0) return length;
  if (made < end) return { ...length, steps: end };
  return { ...length, restarts: [...restarts, { step: made, scheduleSteps: steps }] };
}
