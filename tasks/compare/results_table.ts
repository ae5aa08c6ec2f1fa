import type { TrainingTask } from "../training/task.ts";
import { isMeasured } from "../training/loss_limit.ts";
import { pairName } from "./pair.ts";
import { runValues } from "./run_values.ts";
import type { ReportedComparison, RunRecord } from "./record.ts";
import { type ActivationSummary, EQUAL_PARTS, type FinalRun, qualityAt, reachedAt } from "./summary.ts";

/** A row for each run, also for those of tuning: its settings, its results and the values of all its options. */
export function resultRows(
  task: TrainingTask,
  record: ReportedComparison,
  runs: readonly RunRecord[],
  finals: readonly FinalRun[],
  activations: readonly ActivationSummary[],
): Record<string, unknown>[] {
  const { settings } = record;
  return runs.map((run) => {
    const { id, phase, activation, optimizer, input, seed, rung, exponent, learningRate, schedule } = run;
    const { steps, stepsPerEpoch, seconds, hvps, divergedAt, figures } = run;
    const values = runValues({ task, ...record }, run, { input: settings.inputs[input], seed, learningRate, schedule });
    const summary = activations.find((each) => each.activation === activation);
    const final = finals.find((each) => each.id === id);
    return {
      id,
      phase,
      task: settings.task,
      input: settings.inputs[input].name,
      activation,
      optimizer,
      seed,
      rung,
      exponent,
      learningRate,
      schedule,
      steps,
      epochs: steps / stepsPerEpoch,
      seconds,
      secondsPerStep: steps > 0 ? seconds / steps : undefined,
      hvps,
      curvatureShare: record.paces?.[pairName(run)].curvatureShare,
      diverged: divergedAt !== undefined,
      divergedAt,
      repeated: run.repeated ?? false,
      ...run.adapter !== undefined && { adapter: run.adapter },
      ...figures,
      ...summary !== undefined && final !== undefined && comparisonFigures(final, summary),
      ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`option.${name}`, value])),
    };
  });
}

/** The figures of a run that depend on the other runs of the comparison. */
function comparisonFigures(
  run: FinalRun,
  { isTimed, equalSeconds, targets }: ActivationSummary,
): Record<string, unknown> {
  const target = targets[run.input];
  const stepsToTarget = finite(reachedAt(run, "step", target));
  if (!isTimed) return { target, stepsToTarget };
  return {
    target,
    secondsToTarget: finite(reachedAt(run, "seconds", target)),
    stepsToTarget,
    equalSeconds,
    ...Object.fromEntries(
      EQUAL_PARTS.map((part) => [`qualityAt${100 * part}%`, qualityCell(qualityAt(run, part * equalSeconds))]),
    ),
  };
}

/** Nothing for a run that diverged. */
function qualityCell(value: number): number | undefined {
  return isMeasured(value) ? value : undefined;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
