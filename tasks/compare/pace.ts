import type { Gpu } from "../../lib/gpu/device.ts";
import { affordableSteps } from "../../lib/train/budget.ts";
import { planTraining } from "../../lib/train/plan.ts";
import { median } from "../shell/statistics.ts";
import { PreparedRun } from "../training/prepared_run.ts";
import type { Quality } from "../training/subject.ts";
import { secondsPerFinalRun } from "./division.ts";
import { SEARCH } from "./halving.ts";
import type { PairPace } from "./pair_pace.ts";
import { type Pair, runValues, type Scope } from "./pairs.ts";
import type { Settings } from "./settings.ts";
import type { RunRecord } from "./store.ts";

/** A pace, and what only a loaded subject can tell. */
export interface MeasuredPace {
  readonly pace: PairPace;
  readonly quality: Quality;
}

/** Measures a pair's pace on the first input, with copies. */
export async function measurePace(
  gpu: Gpu,
  scope: Scope,
  pair: Pair,
  signal: AbortSignal,
): Promise<MeasuredPace> {
  const { task, settings } = scope;
  const values = runValues(scope, pair, { input: settings.inputs[0], seed: 0 });
  using prepared = new PreparedRun(gpu, task, values, await task.load(values, gpu), signal);
  const { stepsPerEpoch, field, subject } = prepared;
  const { secondsOf, plainSeconds, firstSeconds, deviceBytes } = await planTraining(prepared.training);
  const within = finalSeconds(settings);
  const { epochs = task.defaultEpochs(values) } = settings.length;
  // A first step of its own kind may take as long as a whole short trial, which then would say nothing.
  const granted = (part: number) => part < 1 && firstSeconds !== undefined ? firstSeconds : 0;
  const stepsFor = (part: number) =>
    within === undefined
      ? stepsOf(epochs * part, stepsPerEpoch)
      : affordableSteps(within * part + granted(part), 0, secondsOf);
  const steps = stepsFor(1);
  const secondsFor = (count: number) => sum(count, secondsOf);
  const trialSteps = SEARCH.rungs.map(stepsFor);
  const seconds = secondsFor(steps);
  const pace = {
    steps,
    trialSteps,
    trialSeconds: trialSteps.map(secondsFor),
    stepsPerEpoch,
    ...within === undefined && { epochs },
    seconds,
    curvatureShare: sum(steps, (step) => secondsOf(step) - plainSeconds) / seconds,
    deviceBytes,
    parameters: field.parameterCount,
  };
  return { pace, quality: subject.quality };
}

/** Training time of each final run, unless epochs say how long it is. */
export function finalSeconds({ length, activations, optimizers, seeds, inputs, tune }: Settings): number | undefined {
  const { budgetSeconds, seconds } = length;
  if (budgetSeconds === undefined) return seconds;
  const pairs = activations.length * optimizers.length;
  return secondsPerFinalRun(budgetSeconds, { pairs, seeds, inputs: inputs.length, tune });
}

function stepsOf(epochs: number, stepsPerEpoch: number): number {
  return Math.max(1, Math.round(epochs * stepsPerEpoch));
}

/** Steps of a trial on an input with so many steps an epoch. */
export function trialSteps({ epochs, trialSteps }: PairPace, rung: number, stepsPerEpoch: number): number {
  return epochs === undefined ? trialSteps[rung] : stepsOf(epochs * SEARCH.rungs[rung], stepsPerEpoch);
}

/** The faster of two: what slowed the other down was something else on the machine. */
export function fasterPace(a: MeasuredPace, b: MeasuredPace): MeasuredPace {
  return a.pace.seconds / a.pace.steps <= b.pace.seconds / b.pace.steps ? a : b;
}

/**
 * Steps of a pair's final runs. Where these have a time, its longer trials, spread over all of tuning, tell more of the pace than
 * what was measured beforehand; a trial that something held up does not count for more than another.
 *
 * @param runs Of any pairs and phases.
 * @param stepsPerEpoch On the input.
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

function sum(count: number, value: (index: number) => number): number {
  let total = 0;
  for (let index = 0; index < count; index++) total += value(index);
  return total;
}
