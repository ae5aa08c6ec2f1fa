import type { Schedule } from "../../lib/train/schedule.ts";
import { scheduleOver } from "../../lib/train/schedule_registry.ts";
import { scheduleOptions } from "./hyperparameters.ts";
import type { SettledValues } from "./options.ts";

/**
 * The schedule that the options describe.
 *
 * @param steps The number of steps after which it ends.
 */
export function chosenSchedule(values: SettledValues, steps: number): Schedule {
  return scheduleOver(values.schedule, steps, scheduleOptions(values));
}
