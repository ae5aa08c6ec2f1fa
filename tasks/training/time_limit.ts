import { affordableSteps } from "../../lib/train/budget.ts";
import type { PlanOptions, TrainingPlan } from "../../lib/train/plan.ts";
import { formatDuration } from "../shell/progress.ts";
import { UserError } from "../shell/user_error.ts";
import { counted } from "../shell/counted.ts";

/**
 * The step at which a run will be after so many more seconds, which `--minutes` gives it.
 *
 * @param sizeOption The option that sets the number of samples of a step, if it can be changed.
 * @throws {UserError} If the next step alone takes longer. The message says what would fit.
 */
export function stepsInSeconds(
  seconds: number,
  training: PlanOptions,
  { secondsOf }: TrainingPlan,
  sizeOption?: string,
): number {
  const { step } = training.optimizer.counters;
  const needed = secondsOf(step);
  if (needed > seconds) throw tooLong(seconds, needed, training, sizeOption);
  return affordableSteps(seconds, step, secondsOf);
}

function tooLong(seconds: number, needed: number, { batchSize = 512, data }: PlanOptions, sizeOption?: string): Error {
  const samples = "count" in data ? Math.min(batchSize, data.count) : batchSize;
  // The margins are for the part of a step that does not grow with its samples, and for errors of measurement.
  const fitting = Math.floor(0.8 * samples * seconds / needed);
  const enough = Number((1.2 * needed / 60).toPrecision(2));
  const smaller = sizeOption !== undefined && fitting >= 1 ? `${sizeOption} ${fitting} or ` : "";
  return new UserError(
    `--minutes ${seconds / 60}: expected time for at least one step, but a step of ${
      counted(samples, "sample")
    } takes about ` +
      `${formatDuration(needed)}; ${smaller}--minutes ${enough} would fit.`,
  );
}
