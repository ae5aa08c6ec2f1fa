import { constant, cosine, exponential, linearWarmup, type Schedule, stepDecay } from "../../lib/train/schedule.ts";
import type { SCHEDULES, SettledValues } from "./options.ts";

/** Schedules by the names that options have. */
const scheduleOf: Readonly<Record<typeof SCHEDULES[number], (steps: number) => Schedule>> = {
  constant,
  cosine: (steps) => cosine({ steps }),
  exponential: (steps) => exponential({ steps, final: 0.01 }),
  step: (steps) => stepDecay({ every: Math.ceil(steps / 3), factor: 0.1 }),
  warmup: (steps) => linearWarmup({ steps: Math.max(1, Math.round(steps / 20)) }),
};

/**
 * The schedule that the options describe.
 *
 * @param steps Its horizon.
 */
export function chosenSchedule(values: SettledValues, steps: number): Schedule {
  return scheduleOf[values.schedule](steps);
}
