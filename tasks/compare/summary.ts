import { median } from "../shell/statistics.ts";
import { isMeasured } from "../training/loss_limit.ts";
import type { PairChoice } from "./comparison.ts";
import { type CurvePoint, placeOf, valueAt } from "../run/curve.ts";
import { type Pair, pairName } from "./pair.ts";
import { type Spread, spreadOf } from "./spread.ts";
import type { ReportedComparison, RunRecord } from "./record.ts";

/** A final run with its convergence curve. */
export interface FinalRun extends RunRecord {
  /** Its folder. */
  readonly path: string;
  readonly curve: readonly CurvePoint[];
}

/** Summary of the final runs of a pair. Runs that diverged count as infinitely bad. */
export interface PairSummary extends Pair, PairChoice {
  readonly runs: readonly FinalRun[];
  /** The number of runs that diverged. */
  readonly diverged: number;
  /** The quality at the end of the runs. */
  readonly final: Spread;
  /** The quality after each of EQUAL_PARTS of the training time that all pairs of the activation had; that at the end where there is none. */
  readonly equal: readonly Spread[];
  /** Training time until the target is reached; Infinity if it is not. */
  readonly secondsToTarget: Spread;
  /** Steps until the target is reached; Infinity if it is not. */
  readonly stepsToTarget: Spread;
  /** The number of runs that reached the target. */
  readonly reached: number;
  readonly secondsPerStep: number;
  /** Median training time of a run. */
  readonly seconds: number;
  readonly steps: number;
  /** The part of the training time that is spent on curvature, if it was measured. */
  readonly curvatureShare?: number;
}

/** Summary of all pairs of an activation. */
export interface ActivationSummary {
  readonly activation: string;
  /** Whether all final runs of the comparison had the same device, so that their training times can be compared. */
  readonly isTimed: boolean;
  /** The training time that all of its optimizers had; NaN if there is none, and if times cannot be compared. */
  readonly equalSeconds: number;
  /** The target quality of each input. */
  readonly targets: readonly number[];
  /** The pairs in the order of the optimizers. Pairs without a final run are left out. */
  readonly pairs: readonly PairSummary[];
}

/** Parts of the common training time at which results are compared; the last is all of it. */
export const EQUAL_PARTS = [0.25, 0.5, 1];

/** Summarises the final runs of an activation; undefined if there are none. */
export function summarise(
  record: ReportedComparison,
  activation: string,
  finals: readonly FinalRun[],
  choiceOf: (pair: Pair) => PairChoice,
): ActivationSummary | undefined {
  const { settings } = record;
  const ofActivation = finals.filter((run) => run.activation === activation);
  const groups = settings.optimizers.map((optimizer) => ofActivation.filter((run) => run.optimizer === optimizer));
  const times = groups.map((runs) => median(finished(runs).map(({ seconds }) => seconds))).filter(Number.isFinite);
  if (ofActivation.length === 0) return undefined;
  const isTimed = adaptersOf(finals).size < 2;
  const equalSeconds = isTimed && times.length > 0 ? Math.min(...times) : NaN;
  const targets = settings.inputs.map((_, input) => {
    return settings.target ??
      targetOf(groups.map((runs) => runs.filter((run) => run.input === input)), record, equalSeconds);
  });
  const pairs = groups.filter((runs) => runs.length > 0).map((runs) => {
    const pair = { activation, optimizer: runs[0].optimizer };
    return summarisePair(record, { ...pair, ...choiceOf(pair) }, runs, { equalSeconds, targets });
  });
  return { activation, isTimed, equalSeconds, targets, pairs };
}

/** The numbers of runs by their devices, where runs have one of their own. */
export function adaptersOf(finals: readonly RunRecord[]): ReadonlyMap<string, number> {
  const groups = Map.groupBy(finals.filter(({ adapter }) => adapter !== undefined), ({ adapter }) => adapter!);
  return new Map([...groups].map(([name, runs]) => [name, runs.length]));
}

function summarisePair(
  record: ReportedComparison,
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
    curvatureShare: record.paces?.[pairName(pair)].curvatureShare,
  };
}

/** The quality at the end of a run; −∞ if it diverged. */
export function finalQuality({ quality }: ReportedComparison, { figures, divergedAt }: RunRecord): number {
  return divergedAt === undefined ? figures[quality.figure] : -Infinity;
}

/** The quality after a training time; −∞ if the run diverged. */
export function qualityAt({ curve, divergedAt }: FinalRun, seconds: number): number {
  return divergedAt === undefined ? valueAt(curve, "seconds", seconds) : -Infinity;
}

/** The time or step at which a run first reached a quality, even if it diverged later; Infinity if it did not reach it. */
export function reachedAt({ curve }: FinalRun, axis: "seconds" | "step", target: number): number {
  return placeOf(curve, axis, target);
}

/** The quality that at least half of the optimizers reach on an input in the training time that all had, rounded down. */
function targetOf(groups: readonly (readonly FinalRun[])[], { quality }: ReportedComparison, seconds: number): number {
  const levels = groups.filter((runs) => runs.length > 0)
    .map((runs) => spreadOf([runs.map((run) => qualityAt(run, seconds))]).centre)
    .filter(isMeasured)
    .toSorted((a, b) => a === b ? 0 : a - b);
  if (levels.length === 0) return NaN;
  const scale = 10 ** (quality.digits - 1);
  return Math.floor(levels[Math.floor((levels.length - 1) / 2)] * scale) / scale;
}

function finished(runs: readonly FinalRun[]): FinalRun[] {
  return runs.filter(({ divergedAt }) => divergedAt === undefined);
}
