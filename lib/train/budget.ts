import { type PlanOptions, planTraining } from "./plan.ts";

/** So many steps are looked at one by one; the rest are taken to cost what the later half of these do. */
const WALKED = 20_000;

/**
 * Up to which step a run gets in a time, to be given to `train` as `steps`: measured before the run and on copies, so that the
 * result of the run itself does not depend on the clock. Steps that need Hessian-vector products count with what these take;
 * what a caller does between events (evaluation, pictures) does not count.
 *
 * @param seconds Training time, above 0.
 * @param options As `train` will get them; the optimizer's counters say where the run goes on.
 * @returns Steps in all, at least one more than have been made.
 * @throws {RangeError} If `seconds` is not above 0.
 * @example
 * ```ts ignore
 * const steps = await stepsWithin(60, { field, objective, data, optimizer });
 * for await (const event of train({ field, objective, data, optimizer, steps })) { … }
 * ```
 */
export async function stepsWithin(seconds: number, options: PlanOptions): Promise<number> {
  if (!(seconds > 0)) throw new RangeError(`stepsWithin: seconds: a number > 0 expected, ${seconds} found.`);
  const plan = await planTraining(options);
  return affordableSteps(seconds, options.optimizer.counters.step, plan.secondsOf);
}

/** How far a time reaches from step `first` on, at what each step costs; at least one step. */
export function affordableSteps(seconds: number, first: number, secondsOf: (step: number) => number): number {
  const half = first + WALKED / 2;
  let left = seconds;
  let leftHalfWay = left;
  for (let step = first; step < first + WALKED; step++) {
    if (step === half) leftHalfWay = left;
    left -= secondsOf(step);
    if (left < 0) return Math.max(step, first + 1);
  }
  const mean = (leftHalfWay - left) / (WALKED / 2);
  return first + WALKED + Math.floor(left / mean);
}
