import { encodeCheckpoint } from "../../lib/train/checkpoint.ts";
import type { PreparedRun } from "./prepared_run.ts";
import type { Estimate } from "./training_input.ts";

/** A first measurement that is shorter, in seconds, is repeated, because much of it is compilation. */
const TELLING = 0.5;

/** Seconds for drawing the curves and writing the last files. */
const RECORDS = 2;

/** What the time of a run goes to besides its steps, in seconds. */
export interface Costs {
  /** An evaluation during training, with its checkpoint and on average with its snapshot. */
  readonly evaluation: number;
  /** What follows training in any case: an evaluation, a checkpoint and the curves. */
  readonly ending: number;
  /** What else follows training, the most important first. */
  readonly closing: Estimate["closing"];
}

/** Measures what the time of a run will go to besides its steps. Neither the field nor the optimizer changes. */
export async function measureCosts({ input, field, optimizer, training, values }: PreparedRun): Promise<Costs> {
  const { signal } = training;
  const measured = await repeated(() => input.measure(field, signal));
  // Reading the state back takes about as long as writing it.
  const checkpoint = 2 * await repeated(() => encodeCheckpoint(field, optimizer));
  const { snapshot, closing } = input.estimate?.(measured) ?? { snapshot: 0, closing: [] };
  const { snapshotEvery = Infinity } = values;
  return {
    evaluation: measured + checkpoint + snapshot / snapshotEvery,
    ending: measured + checkpoint + RECORDS,
    closing,
  };
}

/** The seconds of a work; those of its second time if it is short. */
async function repeated(work: () => Promise<unknown>): Promise<number> {
  const first = await timed(work);
  return first < TELLING ? Math.min(first, await timed(work)) : first;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}
