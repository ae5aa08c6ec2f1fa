import type { Schedule } from "../../lib/train/schedule.ts";
import { UserError } from "../shell/user_error.ts";
import type { TrainingValues } from "./options.ts";

/** How long a run goes on. Both stand in its configuration. */
export interface RunLength {
  /** Steps in all. */
  readonly steps: number;
  /** Horizon of the schedule in steps, fixed at the first start. */
  readonly scheduleSteps: number;
}

/** What the length of a run is found from. */
export interface RunLengthRequest {
  /** Limits of this start: at least one, unless a run is resumed. */
  readonly limits: Pick<TrainingValues, "epochs" | "minutes">;
  readonly scheduleEpochs?: number;
  readonly stepsPerEpoch: number;
  /** Steps made already. */
  readonly made: number;
  /** Of the run that is resumed. */
  readonly resumed?: RunLength;
  /** Measures up to which step so many seconds from now on reach. */
  readonly stepsWithin: (seconds: number) => Promise<number>;
}

/**
 * The length of a run: what its epochs and minutes give, whichever ends first. Without either a resumed run keeps its end.
 */
export async function runLength(request: RunLengthRequest): Promise<RunLength> {
  const { limits, scheduleEpochs, stepsPerEpoch, made, resumed, stepsWithin } = request;
  const { epochs = Infinity, minutes } = limits;
  if (resumed !== undefined && epochs === Infinity && minutes === undefined) return resumed;
  const inEpochs = epochs * stepsPerEpoch;
  if (inEpochs < made) {
    throw new UserError(`--epochs ${epochs}: the run has made ${(made / stepsPerEpoch).toFixed(1)} epochs already.`);
  }
  const inTime = minutes === undefined ? Infinity : await stepsWithin(minutes * 60);
  const steps = Math.min(inEpochs, inTime);
  if (resumed !== undefined) return { steps, scheduleSteps: resumed.scheduleSteps };
  if (scheduleEpochs !== undefined) return { steps, scheduleSteps: scheduleEpochs * stepsPerEpoch };
  return { steps, scheduleSteps: inEpochs === Infinity ? steps : inEpochs };
}

/**
 * The same length without steps that would change nothing: those after a schedule that brings the rate to 0.
 *
 * @param made Steps made already.
 * @throws {UserError} If no others are left, though more were asked for.
 */
export function withoutIdleSteps(length: RunLength, schedule: Schedule, made: number): RunLength {
  const { steps, scheduleSteps } = length;
  if (steps <= scheduleSteps || schedule.factor(scheduleSteps) > 0) return length;
  if (made < scheduleSteps) return { ...length, steps: scheduleSteps };
  throw new UserError(
    `The schedule of the run, ${schedule.name}, brought the rate to 0 at step ${scheduleSteps}: further steps would change nothing. ` +
      "A run that is to be taken further begins with a longer --schedule-epochs, or with --schedule constant.",
  );
}
