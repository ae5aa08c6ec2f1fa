import { checkPlanOptions } from "./train_options.ts";
import { type PlanOptions, planTraining } from "./plan.ts";
import { WALKED } from "./step_kinds.ts";

/**
 * Estimates how many steps a run can make within a training time, as a value for `steps` of `train`. The estimate is measured before
 * the run, on copies, so the result of the run itself does not depend on the clock. It includes the cost of Hessian-vector products,
 * but not what the caller does between events (evaluation, pictures).
 *
 * @param seconds Training time, above 0.
 * @param options The options that `train` will get. The optimizer's counters tell at which step the run continues.
 * @returns The total number of steps, at least one more than have been made.
 * @throws {RangeError} If `seconds` is not above 0.
 * @example
 * ```ts ignore
 * const steps = await stepsWithin(60, { field, objective, data, optimizer });
 * for await (const event of train({ field, objective, data, optimizer, steps })) { … }
 * ```
 */
export async function stepsWithin(seconds: number, options: PlanOptions): Promise<number> {
  checkPlanOptions("stepsWithin", options);
  if (!(seconds > 0)) throw new RangeError(`stepsWithin: seconds: expected a number > 0, found ${seconds}.`);
  const plan = await planTraining(options);
  return affordableSteps(seconds, options.optimizer.counters.step, plan.secondsOf);
}

/**
 * The step that is reached within a time from step `first` on, given the cost of each step. Beyond 20 000 steps every step counts as the
 * mean of the second half of these. It is at least one step more, and at most the largest number of steps that can be counted,
 * which no run reaches.
 */
export function affordableSteps(seconds: number, first: number, secondsOf: (step: number) => number): number {
  const half = first + WALKED / 2;
  let spent = 0;
  let halfWay = 0;
  for (let step = first; step < first + WALKED; step++) {
    if (step === half) halfWay = spent;
    spent += secondsOf(step);
    if (spent > seconds) return Math.max(step, first + 1);
  }
  const mean = (spent - halfWay) / (WALKED / 2);
  return Math.min(first + WALKED + Math.floor((seconds - spent) / mean), Number.MAX_SAFE_INTEGER);
}

/**
 * The cost of the first `count` steps together, given that of each. The time that this takes is bounded, because a user chooses the
 * number: beyond 20 000 steps every step counts as the mean of the second half of these.
 */
export function costOfSteps(count: number, costOf: (step: number) => number): number {
  const walked = Math.min(count, WALKED);
  let sum = 0;
  let halfWay = 0;
  for (let step = 0; step < walked; step++) {
    if (step === WALKED / 2) halfWay = sum;
    sum += costOf(step);
  }
  return sum + (count - walked) * (sum - halfWay) / (WALKED / 2);
}
