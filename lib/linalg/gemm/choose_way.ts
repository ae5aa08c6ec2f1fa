import type { Gpu } from "../../gpu/device.ts";
import { timeByClock } from "../../gpu/time_work.ts";
import { FUSED } from "./family.ts";
import type { Measurement, TuneOptions } from "./measurement.ts";

/** How consecutive stages are computed: in a single dispatch, or each by itself. */
export const WAYS = [FUSED, "apart"] as const;

/** Passes over the stages that are timed together, so that waiting for the device counts little. */
export const REPEATS = 4;

/** Consecutive stages, to be timed. */
export interface Trial extends Disposable {
  /** Records `REPEATS` passes over them, in a single dispatch or each by itself. */
  record(fused: boolean): void;
}

/**
 * Finds out by timing whether consecutive stages are faster in a single dispatch. The clock of the host decides, since what is saved is the time
 * between kernels.
 *
 * @param subject Under which the choice is kept in the autotuning cache.
 * @returns What was measured; undefined if the choice is known already or there is no time.
 */
export async function chooseWay(
  gpu: Gpu,
  subject: string,
  { again = false, except = new Set(), budget: seconds, signal }: TuneOptions,
  prepare: () => Trial,
): Promise<Measurement | undefined> {
  const { tuner } = gpu;
  if (except.has(subject) || !again && (tuner.choice(subject) !== undefined || tuner.isOver)) return undefined;
  using budget = tuner.budget(seconds);
  if (budget.spent) return undefined;
  signal?.throwIfAborted();
  using trial = prepare();
  const works: Record<string, () => void> = {};
  for (const way of WAYS) {
    works[way] = () => trial.record(way === FUSED);
    works[way]();
    await gpu.synchronize();
  }
  const milliseconds = await timeByClock(gpu, works, again ? 9 : 5, signal);
  const choice = milliseconds[FUSED] < milliseconds.apart ? FUSED : "apart";
  tuner.choose(subject, choice);
  return { subject, milliseconds, choice };
}
