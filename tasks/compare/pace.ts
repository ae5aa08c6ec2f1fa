import type { Gpu } from "../../lib/gpu/device.ts";
import { affordableSteps } from "../../lib/train/budget.ts";
import { planTraining } from "../../lib/train/plan.ts";
import { PreparedRun } from "../training/prepared_run.ts";
import type { Quality } from "../training/subject.ts";
import { secondsPerFinalRun } from "./division.ts";
import { SEARCH } from "./halving.ts";
import { type Pair, runValues, type Scope } from "./pairs.ts";
import type { Settings } from "./settings.ts";

/** How fast a pair trains, and how many steps its runs therefore have. */
export interface PairPace {
  /** Of a final run. */
  readonly steps: number;
  /** Of tuning's trials, by rung. */
  readonly trialSteps: readonly number[];
  readonly stepsPerEpoch: number;
  /** Training of a final run, as planned. */
  readonly seconds: number;
  /** Part of it that goes into curvature: Hessian-vector products, Gauss-Newton samples, Kronecker factors. */
  readonly curvatureShare: number;
  /** On the device while training. */
  readonly deviceBytes: number;
  readonly parameters: number;
}

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
  const { secondsOf, plainSeconds, deviceBytes } = await planTraining(prepared.training);
  const within = finalSeconds(settings);
  const { epochs = task.defaultEpochs(values) } = settings.length;
  const stepsFor = (part: number) => {
    if (within !== undefined) return affordableSteps(within * part, 0, secondsOf);
    return Math.max(1, Math.round(epochs * stepsPerEpoch * part));
  };
  const steps = stepsFor(1);
  let seconds = 0;
  let curvature = 0;
  for (let step = 0; step < steps; step++) {
    seconds += secondsOf(step);
    curvature += secondsOf(step) - plainSeconds;
  }
  const pace = {
    steps,
    trialSteps: SEARCH.rungs.map(stepsFor),
    stepsPerEpoch,
    seconds,
    curvatureShare: curvature / seconds,
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

/** The faster of two: what slowed the other down was something else on the machine. */
export function fasterPace(a: MeasuredPace, b: MeasuredPace): MeasuredPace {
  return a.pace.seconds / a.pace.steps <= b.pace.seconds / b.pace.steps ? a : b;
}
