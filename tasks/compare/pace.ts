import type { Gpu } from "../../lib/gpu/device.ts";
import { affordableSteps, costOfSteps } from "../../lib/train/budget.ts";
import { planTraining } from "../../lib/train/plan.ts";
import { median } from "../shell/statistics.ts";
import { PreparedRun } from "../training/prepared_run.ts";
import type { Quality } from "../training/training_input.ts";
import { secondsPerFinalRun } from "./time_budget.ts";
import { SEARCH } from "./halving.ts";
import type { PairPace } from "./record.ts";
import type { Pair } from "./pair.ts";
import { runValues, type Scope } from "./run_values.ts";
import type { Settings } from "./record.ts";
import type { RunRecord } from "./record.ts";
import { loadInput } from "../training/load_input.ts";

/** A pair's speed, and the quality measure, which is known only once the input is loaded. */
export interface MeasuredPace {
  readonly pace: PairPace;
  readonly quality: Quality;
}

/** Measures how fast a pair trains on the first input, on copies of its parameters. */
export async function measurePace(
  gpu: Gpu,
  scope: Scope,
  pair: Pair,
  signal: AbortSignal,
): Promise<MeasuredPace> {
  const { task, settings } = scope;
  const values = runValues(scope, pair, { input: settings.inputs[0], seed: 0 });
  using prepared = new PreparedRun(gpu, task, values, await loadInput(task, values, gpu, signal), { signal });
  const { stepsPerEpoch, field, input } = prepared;
  const { secondsOf, plainSeconds, firstSeconds, deviceBytes } = await planTraining(prepared.training);
  const within = finalSeconds(settings);
  const { epochs = task.defaultEpochs(values) } = settings.length;
  // A costlier first step may take as long as a whole short trial, which would then say nothing, so its time comes on top.
  const granted = (part: number) => part < 1 && firstSeconds !== undefined ? firstSeconds : 0;
  const stepsFor = (part: number) =>
    within === undefined
      ? stepsOf(epochs * part, stepsPerEpoch)
      : affordableSteps(within * part + granted(part), 0, secondsOf);
  const steps = stepsFor(1);
  const secondsFor = (count: number) => costOfSteps(count, secondsOf);
  const trialSteps = SEARCH.rungs.map(stepsFor);
  const seconds = secondsFor(steps);
  const pace = {
    steps,
    trialSteps,
    trialSeconds: trialSteps.map(secondsFor),
    stepsPerEpoch,
    ...within === undefined && { epochs },
    seconds,
    curvatureShare: costOfSteps(steps, (step) => secondsOf(step) - plainSeconds) / seconds,
    deviceBytes,
    parameters: field.parameterCount,
  };
  return { pace, quality: input.quality };
}

/** The training time of each final run in seconds; undefined if its length is given in epochs. */
export function finalSeconds({ length, activations, optimizers, seeds, inputs, tune }: Settings): number | undefined {
  const { budgetSeconds, seconds } = length;
  if (budgetSeconds === undefined) return seconds;
  const pairs = activations.length * optimizers.length;
  return secondsPerFinalRun(budgetSeconds, { pairs, seeds, inputs: inputs.length, tune });
}

function stepsOf(epochs: number, stepsPerEpoch: number): number {
  return Math.max(1, Math.round(epochs * stepsPerEpoch));
}

/** The number of steps of a trial, given the number of steps per epoch on its input. */
export function trialSteps({ epochs, trialSteps }: PairPace, rung: number, stepsPerEpoch: number): number {
  return epochs === undefined ? trialSteps[rung] : stepsOf(epochs * SEARCH.rungs[rung], stepsPerEpoch);
}

/** The faster of two measurements, because the slower one was disturbed by other load on the machine. */
export function fasterPace(a: MeasuredPace, b: MeasuredPace): MeasuredPace {
  return a.pace.seconds / a.pace.steps <= b.pace.seconds / b.pace.steps ? a : b;
}

/**
 * The number of steps of a pair's final runs. If these have a training time, the number is corrected by the speed of the pair's longer
 * trials, which are spread over all of tuning and so tell more than the measurement beforehand. It uses their median, so that a
 * single disturbed trial has little influence.
 *
 * @param runs The finished runs, of any pair and phase.
 * @param stepsPerEpoch The number of steps per epoch on the input.
 */
export function finalSteps(pace: PairPace, pair: Pair, runs: readonly RunRecord[], stepsPerEpoch: number): number {
  if (pace.epochs !== undefined) return stepsOf(pace.epochs, stepsPerEpoch);
  const slowness = runs.flatMap(({ phase, activation, optimizer, rung, divergedAt, seconds }) => {
    const isLonger = phase === "tuning" && rung !== undefined && rung > 0 && divergedAt === undefined;
    const isOwn = activation === pair.activation && optimizer === pair.optimizer;
    return isLonger && isOwn ? [seconds / pace.trialSeconds[rung]] : [];
  });
  return slowness.length === 0 ? pace.steps : Math.max(1, Math.round(pace.steps / median(slowness)));
}
