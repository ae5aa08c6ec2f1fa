import { createField } from "../../../lib/field/field.ts";
import type { Gpu } from "../../../lib/gpu/device.ts";
import { createOptimizer, type OptimizerSpec } from "../../../lib/optim/optimizer.ts";
import { affordableSteps, costOfSteps } from "../../../lib/train/budget.ts";
import { planTraining, type TrainingPlan } from "../../../lib/train/plan.ts";
import { mean, median } from "../../shell/statistics.ts";
import { chosenOptimizer } from "../optimizer.ts";
import type { SettledValues } from "../options.ts";
import type { RunLimits } from "../run_length.ts";
import type { TrainingInput } from "../training_input.ts";
import type { Candidate, Candidates } from "./candidates.ts";
import { forecast, isForeseeable, scaleOf } from "./forecast.ts";
import { isKnownField } from "./known_runs.ts";

/** What every candidate would train on. */
export interface Ground<S extends SettledValues = SettledValues> {
  readonly gpu: Gpu;
  readonly task: {
    readonly field: (values: S, outputs: number, inputs?: number) => Parameters<typeof createField>[1];
    readonly optimizerDefaults: (values: S) => Parameters<typeof chosenOptimizer>[1];
  };
  readonly input: Omit<TrainingInput, keyof Disposable>;
  readonly signal: AbortSignal;
}

/** A candidate with its cost on this device and what it can be expected to reach. */
export interface Weighed {
  readonly optimizer: OptimizerSpec;
  readonly schedule: string;
  /** Seconds of a usual step: the median of the first thousand. */
  readonly stepSeconds: number;
  /** How much longer the first thousand steps take in all than as many usual ones: a special first step, products and refreshes. */
  readonly extraSeconds: number;
  /** The steps that fit into the time. */
  readonly steps: number;
  readonly epochs: number;
  /**
   * The task's figure at the end, a mean over the known inputs; undefined where nothing is known, and where the steps or the field are
   * too unlike those of the known runs.
   */
  readonly quality?: number;
  /** By what it is ranked: what it would reach on each known input, in decibels. Empty where nothing is known. */
  readonly reached: ReadonlyMap<string, number>;
}

/** The candidates, the best first. */
export interface Weighing {
  /** The training time, in seconds, in which they are compared. */
  readonly seconds: number;
  readonly weighed: readonly [Weighed, ...Weighed[]];
  /** How far the first is ahead of the second on each known input, in decibels of the error that is left; none where one has no forecast. */
  readonly leads: readonly number[];
  /** Whether a step took much longer when it was timed for the first time than for the second. */
  readonly isUnsteady: boolean;
  /** The seconds that timing took, without compilation. */
  readonly secondsOfTiming: number;
}

/** Two measurements of one cost that differ by more than this factor show that something else used the device. */
const STEADY = 2;
/** The steps whose cost is looked at. */
const COUNTED = 1000;

/**
 * Measures what a step of each candidate costs, and forecasts what each would reach in the time of the run: in its minutes, or in the
 * time that Adam would take for its epochs.
 *
 * @param options.valuesOf The options of a run with a candidate.
 * @param options.say Shows what is being done.
 */
export async function weigh<S extends SettledValues>(
  ground: Ground<S>,
  { candidates }: Candidates,
  options: {
    readonly valuesOf: (candidate: Candidate) => S;
    readonly limits: RunLimits;
    readonly say: (what: string) => void;
  },
): Promise<Weighing> {
  const time = async (candidate: Candidate): Promise<Cost> => {
    ground.signal.throwIfAborted();
    options.say(`timing the steps of ${candidate.optimizer}`);
    return { candidate, ...await costOf(ground, options.valuesOf(candidate)) };
  };
  const first: Cost[] = [];
  for (const candidate of candidates) first.push(await time(candidate));
  // Each is timed a second time, because a device that is busy for a moment, or compiles, makes a step seem longer than it is.
  const begin = performance.now();
  const costs: Cost[] = [];
  for (const [i, candidate] of candidates.entries()) costs.push(quicker(first[i], await time(candidate)));
  const secondsOfTiming = 2 * (performance.now() - begin) / 1000;
  const unsteady = first.filter((cost, i) => cost.plan.plainSeconds > STEADY * costs[i].plan.plainSeconds);
  const { minutes, epochs = Infinity } = options.limits;
  const yardstick = (costs.find(({ candidate }) => candidate.optimizer === "adam") ?? costs[0]).plan;
  const inEpochs = costOfSteps(epochs * yardstick.stepsPerEpoch, yardstick.secondsOf);
  const seconds = Math.min(minutes === undefined ? Infinity : 60 * minutes, inEpochs);
  const weighed = costs.map((cost) => weighedOf(cost, seconds, ground.input.quality.figure));
  const rank = ({ reached }: Weighed) => reached.size > 0 ? mean([...reached.values()]) : 0;
  // The sort is stable, so that candidates about which nothing is known keep their order.
  weighed.sort((a, b) => rank(b) - rank(a));
  const [best, second, ...others] = weighed;
  const isForecast = best.quality !== undefined && second.quality !== undefined;
  const leads = isForecast
    ? [...best.reached].map(([input, reached]) => reached - (second.reached.get(input) ?? NaN))
    : [];
  const isUnsteady = unsteady.length > 0;
  return { seconds, weighed: [best, second, ...others], leads, isUnsteady, secondsOfTiming };
}

/** The one of two measurements of a candidate's cost that something else disturbed less. */
function quicker(a: Cost, b: Cost): Cost {
  return a.plan.plainSeconds < b.plan.plainSeconds ? a : b;
}

interface Cost {
  readonly candidate: Candidate;
  readonly spec: OptimizerSpec;
  readonly plan: TrainingPlan;
  /** Whether the field has the size of those of the known runs. */
  readonly isKnownField: boolean;
}

/** Compiles a candidate's kernels and times its steps, on a field of its own. */
async function costOf<S extends SettledValues>({ gpu, task, input, signal }: Ground<S>, values: S) {
  const { seed, batchSize, storage } = values;
  const { data, objective, outputs, inputs } = input;
  using field = createField(gpu, task.field(values, outputs, inputs), { seed });
  const spec = chosenOptimizer(values, task.optimizerDefaults(values));
  using optimizer = createOptimizer(gpu, spec, field.layout);
  const plan = await planTraining({ field, objective, data, optimizer, batchSize, seed, storage, signal });
  return { spec, plan, isKnownField: isKnownField(values) };
}

function weighedOf({ candidate, spec, plan, ...cost }: Cost, seconds: number, figure: string): Weighed {
  const each = Array.from({ length: COUNTED }, (_, step) => plan.secondsOf(step));
  const stepSeconds = median(each);
  const steps = affordableSteps(seconds, 0, plan.secondsOf);
  const scale = scaleOf(figure);
  const reached = forecast(candidate.runs, steps, scale);
  const isForecast = cost.isKnownField && isForeseeable(candidate.runs, steps);
  return {
    optimizer: spec,
    schedule: candidate.schedule,
    stepSeconds,
    extraSeconds: Math.max(0, COUNTED * (mean(each) - stepSeconds)),
    steps,
    epochs: steps / plan.stepsPerEpoch,
    quality: isForecast ? scale.quality(mean([...reached.values()])) : undefined,
    reached,
  };
}
