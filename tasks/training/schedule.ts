import { type Schedule, scheduleKinds } from "../../lib/train/schedule.ts";
import type { SettledValues } from "./options.ts";

/**
 * The schedule that the options describe.
 *
 * @param steps The number of steps after which it ends.
 */
export function chosenSchedule(values: SettledValues, steps: number): Schedule {
  return scheduleKinds.find(({ name }) => name === values.schedule)!.over(steps);
}
