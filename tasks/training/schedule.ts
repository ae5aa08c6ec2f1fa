import type { Schedule } from "../../lib/train/schedule.ts";
import { scheduleOver } from "../../lib/train/schedule_registry.ts";
import { scheduleOptions } from "./hyperparameters.ts";
import type { SettledValues } from "./options.ts";
import type { RunLength } from "./run_length.ts";

/**
 * The schedule that the options describe, over the steps of a run.
 *
 * @param length The length of the run. After a restart the schedule begins again, from its first factor, over the steps that were added (a
 * warm restart; Loshchilov & Hutter 2017). Its name and options are then those from the last restart on.
 */
export function chosenSchedule(values: SettledValues, { scheduleSteps, restarts = [] }: RunLength): Schedule {
  const over = (steps: number) => scheduleOver(values.schedule, steps, scheduleOptions(values));
  return restarts.reduce((before, { step: begin, scheduleSteps: end }) => {
    const again = over(end - begin);
    return { ...again, factor: (step) => step < begin ? before.factor(step) : again.factor(step - begin) };
  }, over(scheduleSteps));
}
