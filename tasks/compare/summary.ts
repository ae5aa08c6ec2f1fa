import { median } from "../shell/statistics.ts";
import type { PairChoice } from "./comparison.ts";
import { type CurvePoint, placeOf, valueAt } from "./curve.ts";
import { type Pair, pairName } from "./pairs.ts";
import { type Spread, spreadOf } from "./spread.ts";
import type { ComparisonRecord, RunRecord } from "./store.ts";

/** A final run with its curve. */
export interface FinalRun extends RunRecord {
  readonly curve: readonly CurvePoint[];
}

/** What the final runs of a pair came to. Runs that diverged count as infinitely bad. */
export interface PairSummary extends Pair, PairChoice {
  readonly runs: readonly FinalRun[];
  readonly diverged: number;
  /** At the end of the runs. */
  readonly final: Spread;
  /** After parts of the training time that all pairs of the activation had, by EQUAL_PARTS. */
  readonly equal: readonly Spread[];
  /** Infinity where the target is not reached. */
  readonly secondsToTarget: Spread;
  readonly stepsToTarget: Spread;
  /** Runs that reached it. */
  readonly reached: number;
  readonly secondsPerStep: number;
  /** Of a run. */
  readonly seconds: number;
  readonly steps: number;
  readonly curvatureShare: number;
}

/** All pairs of an activation. */
export interface ActivationSummary {
  readonly activation: string;
  /** Training time that all of its optimizers had. */
  readonly equalSeconds: number;
  /** By input. */
  readonly targets: readonly number[];
  /** In the order of the optimizers; those without a final run are left out. */
  readonly pairs: readonly PairSummary[];
}

/** Parts of the common training time at which results are compared; the last is all of it. */
export const EQUAL_PARTS = [0.25, 0.5, 1];

/** Sums up the final runs of an activation; undefined if there are none. */
export function summarise(
  record: ComparisonRecord,
  activation: string,
  finals: readonly FinalRun[],
  choiceOf: (pair: Pair) => PairChoice,
): ActivationSummary | undefined {
  const { settings } = record;
  const ofActivation = finals.filter((run) => run.activation === activation);
  const groups = settings.optimizers.map((optimizer) => ofActivation.filter((run) => run.optimizer === optimizer));
  const times = groups.map((runs) => median(finished(runs).map(({ seconds }) => seconds))).filter(Number.isFinite);
  if (ofActivation.length === 0) return undefined;
  const equalSeconds = times.length > 0 ? Math.min(...times) : NaN;
  const targets = settings.inputs.map((_, input) => {
    return settings.target ??
      targetOf(groups.map((runs) => runs.filter((run) => run.input === input)), record, equalSeconds);
  });
  const pairs = groups.filter((runs) => runs.length > 0).map((runs) => {
    const pair = { activation, optimizer: runs[0].optimizer };
    return summarisePair(record, { ...pair, ...choiceOf(pair) }, runs, { equalSeconds, targets });
  });
  return { activation, equalSeconds, targets, pairs };
}

function summarisePair(
  record: ComparisonRecord,
  pair: Pair & PairChoice,
  runs: readonly FinalRun[],
  { equalSeconds, targets }: Pick<ActivationSummary, "equalSeconds" | "targets">,
): PairSummary {
  const inputs = Map.groupBy(runs, ({ input }) => input);
  const over = (figure: (run: FinalRun) => number) => spreadOf([...inputs.values()].map((each) => each.map(figure)));
  const whole = finished(runs);
  const perStep = runs.filter(({ steps }) => steps > 0).map(({ seconds, steps }) => seconds / steps);
  return {
    ...pair,
    learningRate: runs[0].learningRate,
    schedule: runs[0].schedule,
    runs,
    diverged: runs.length - whole.length,
    final: over((run) => finalQuality(record, run)),
    equal: EQUAL_PARTS.map((part) => over((run) => qualityAt(run, part * equalSeconds))),
    secondsToTarget: over((run) => reachedAt(run, "seconds", targets[run.input])),
    stepsToTarget: over((run) => reachedAt(run, "step", targets[run.input])),
    reached: runs.filter((run) => reachedAt(run, "step", targets[run.input]) < Infinity).length,
    secondsPerStep: median(perStep),
    seconds: median(whole.map(({ seconds }) => seconds)),
    steps: Math.max(...runs.map(({ steps }) => steps)),
    curvatureShare: record.paces[pairName(pair)].curvatureShare,
  };
}

/** The quality at the end of a run; −∞ where it diverged. */
export function finalQuality({ quality }: ComparisonRecord, { figures, divergedAt }: RunRecord): number {
  return divergedAt === undefined ? figures[quality.figure] : -Infinity;
}

/** The quality after so many seconds of training; −∞ for a run that diverged. */
export function qualityAt({ curve, divergedAt }: FinalRun, seconds: number): number {
  return divergedAt === undefined ? valueAt(curve, "seconds", seconds) : -Infinity;
}

/** Where a run first reached a quality, though it may have diverged later. */
export function reachedAt({ curve }: FinalRun, axis: "seconds" | "step", target: number): number {
  return placeOf(curve, axis, target);
}

/** What at least half of the optimizers reach on an input in the time that all had, in a round number. */
function targetOf(groups: readonly (readonly FinalRun[])[], { quality }: ComparisonRecord, seconds: number): number {
  const levels = groups.filter((runs) => runs.length > 0)
    .map((runs) => spreadOf([runs.map((run) => qualityAt(run, seconds))]).centre)
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  if (levels.length === 0) return NaN;
  const scale = 10 ** (quality.digits - 1);
  return Math.floor(levels[Math.floor((levels.length - 1) / 2)] * scale) / scale;
}

function finished(runs: readonly FinalRun[]): FinalRun[] {
  return runs.filter(({ divergedAt }) => divergedAt === undefined);
}
