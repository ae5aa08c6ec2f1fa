import { tuneKernels } from "../field/tune.ts";
import { onDevice } from "./data.ts";
import { Rehearsal } from "./rehearsal.ts";
import type { TrainOptions } from "./train.ts";
import { TrainingStep } from "./training_step.ts";

/** What a run's speed depends on; see {@linkcode TrainOptions}. */
export type BudgetOptions = Pick<
  TrainOptions,
  "field" | "objective" | "data" | "optimizer" | "batchSize" | "seed" | "signal" | "memory"
>;

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
export async function stepsWithin(seconds: number, options: BudgetOptions): Promise<number> {
  if (!(seconds > 0)) throw new RangeError(`stepsWithin: seconds: a number > 0 expected, ${seconds} found.`);
  const { field, objective, optimizer, batchSize = 512, seed = 0, signal, memory } = options;
  using data = onDevice(field, objective, options.data);
  using training = new TrainingStep({ field, objective, data, optimizer, batchSize, seed, memory });
  const { gpu, description } = field;
  await tuneKernels(gpu, { description, rows: training.differentiator.chunk, gradients: true });
  using rehearsal = new Rehearsal(training);
  await rehearsal.warmUp();
  const measured = new Map<number, number>();
  const secondsOf = async (step: number) => {
    const { hessianProbes } = optimizer.requests(step);
    // Many probes are as many passes: one is measured.
    const probes = Math.min(1, hessianProbes);
    if (!measured.has(probes)) {
      measured.set(probes, await rehearsal.secondsPerStep({ hessianProbes: probes }, signal));
    }
    return measured.get(probes)! * Math.max(1, hessianProbes);
  };
  return await affordableSteps(seconds, optimizer.counters.step, secondsOf);
}

/** How far a time reaches from step `first` on, at what each step costs; at least one step. */
export async function affordableSteps(
  seconds: number,
  first: number,
  secondsOf: (step: number) => Promise<number> | number,
): Promise<number> {
  const half = first + WALKED / 2;
  let left = seconds;
  let leftHalfWay = left;
  for (let step = first; step < first + WALKED; step++) {
    if (step === half) leftHalfWay = left;
    left -= await secondsOf(step);
    if (left < 0) return Math.max(step, first + 1);
  }
  const mean = (leftHalfWay - left) / (WALKED / 2);
  return first + WALKED + Math.floor(left / mean);
}
