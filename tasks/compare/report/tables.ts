import { isMeasured } from "../../training/loss_limit.ts";
import { fixed } from "../../shell/fixed.ts";
import type { Quality } from "../../training/training_input.ts";
import { median } from "../../shell/statistics.ts";
import { rateOf, trialsOf } from "../comparison.ts";
import { SEARCHED_SCHEDULES, type TrialResult } from "../halving.ts";
import type { Spread } from "../spread.ts";
import type { ReportedComparison, RunRecord } from "../record.ts";
import { type ActivationSummary, EQUAL_PARTS, type PairSummary } from "../summary.ts";
import type { ReportTable } from "../../run/report/model.ts";

/** The results of an activation's optimizers, the best at equal time first. */
export function resultTable(
  { pairs, isTimed, equalSeconds, targets }: ActivationSummary,
  { quality }: ReportedComparison,
): ReportTable {
  const { name, unit = "" } = quality;
  const [target] = targets;
  const level = targets.length === 1 && isMeasured(target) ? `${number(target, quality)}${unit}` : "target";
  const ranked = pairs.toSorted((a, b) => b.equal.at(-1)!.centre - a.equal.at(-1)!.centre);
  // If no run was completed, there is no training time that all of them had.
  const parts = Number.isFinite(equalSeconds) ? EQUAL_PARTS : [];
  const heads = parts.map((part) => `${name}${unitNote(quality)} at ${(part * equalSeconds).toPrecision(3)} s`);
  return {
    columns: [
      "optimizer",
      "learning rate",
      "schedule",
      ...heads,
      `final ${name}${unitNote(quality)}`,
      ...isTimed ? [`time to ${level} (s)`] : [],
      `steps to ${level}`,
      "final runs diverged",
    ],
    numbersFrom: 3,
    rows: ranked.map((pair) => [
      pair.optimizer,
      String(pair.learningRate),
      pair.schedule ?? "",
      ...pair.equal.slice(0, parts.length).map((spread, i) =>
        i === pair.equal.length - 1 ? spreadText(spread, quality) : number(spread.centre, quality)
      ),
      spreadText(pair.final, quality),
      ...isTimed ? [timeText(pair, (value) => value.toPrecision(3))] : [],
      stepsText(pair),
      `${pair.diverged} of ${pair.runs.length}`,
    ]),
    best: ranked.some(({ equal }) => isMeasured(equal.at(-1)!.centre)) ? 0 : undefined,
  };
}

/** The time and the number of steps and Hessian-vector products that the runs of an activation took. */
export function costTable(
  { activation, isTimed, pairs }: ActivationSummary,
  runs: readonly RunRecord[],
): ReportTable {
  const measured = pairs.some(({ curvatureShare }) => curvatureShare !== undefined);
  const tuned = runs.some(({ phase }) => phase === "tuning");
  return {
    columns: [
      "optimizer",
      ...isTimed ? ["ms per step"] : [],
      "steps",
      "epochs",
      ...isTimed ? ["training time per run (s)"] : [],
      "HVPs per run",
      ...measured ? ["time spent on curvature"] : [],
      ...tuned ? ["tuning trials", "diverged trials", "tuning time (s)"] : [],
    ],
    numbersFrom: 1,
    rows: pairs.map((pair) => {
      const trials = runs.filter((run) => {
        return run.phase === "tuning" && run.activation === activation && run.optimizer === pair.optimizer;
      });
      return [
        pair.optimizer,
        ...isTimed ? [(1000 * pair.secondsPerStep).toFixed(2)] : [],
        String(pair.steps),
        median(pair.runs.map(({ steps, stepsPerEpoch }) => steps / stepsPerEpoch)).toFixed(1),
        ...isTimed ? [Number.isNaN(pair.seconds) ? "–" : pair.seconds.toFixed(1)] : [],
        String(Math.round(median(pair.runs.map(({ hvps }) => hvps)))),
        ...measured ? [`${Math.round(100 * pair.curvatureShare!)} %`] : [],
        ...tuned
          ? [
            String(trials.length),
            String(trials.filter(({ divergedAt }) => divergedAt !== undefined).length),
            trials.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1),
          ]
          : [],
      ];
    }),
  };
}

/** The trials of tuning for an activation, with the quality after each length. */
export function tuningTable(
  { activation, pairs }: ActivationSummary,
  record: ReportedComparison,
  runs: readonly RunRecord[],
  defaultRates: (pair: PairSummary) => number,
): ReportTable {
  const rows = pairs.flatMap((pair) => {
    const trials = trialsOf(record, runs, { activation, optimizer: pair.optimizer });
    return SEARCHED_SCHEDULES.map((schedule) => {
      const tried = Map.groupBy(trials.filter((trial) => trial.schedule === schedule), ({ exponent }) => exponent);
      const cells = [...tried].toSorted(([a], [b]) => a - b).map(([exponent, each]) => {
        const isChosen = pair.choice?.exponent === exponent && pair.choice.schedule === schedule;
        const scores = each.toSorted((a, b) => a.rung - b.rung).map((trial) => scoreText(trial, record.quality));
        return `${rateOf(defaultRates(pair), exponent)}: ${scores.join(" → ")}${isChosen ? " (chosen)" : ""}`;
      });
      return [pair.optimizer, schedule, cells.join("; ")];
    });
  });
  return {
    columns: ["optimizer", "schedule", `learning rate: ${record.quality.label} after each length`],
    numbersFrom: 3,
    rows,
  };
}

function scoreText({ score }: TrialResult, quality: Quality): string {
  return Number.isNaN(score) ? "diverged" : number(score, quality);
}

function unitNote({ unit = "" }: Quality): string {
  return unit.trim() === "" ? "" : ` (${unit.trim()})`;
}

/** "31.2 (30.9–31.5)". */
function spreadText({ centre, low, high }: Spread, quality: Quality): string {
  if (low === high || !isMeasured(centre)) return number(centre, quality);
  return `${number(centre, quality)} (${number(low, quality)} to ${number(high, quality)})`;
}

function timeText({ secondsToTarget, reached, runs }: PairSummary, text: (value: number) => string): string {
  const { centre } = secondsToTarget;
  if (!Number.isFinite(centre)) return reached === 0 ? "never" : `${reached} of ${runs.length} runs`;
  return text(centre);
}

function stepsText(pair: PairSummary): string {
  return timeText({ ...pair, secondsToTarget: pair.stepsToTarget }, (value) => String(Math.round(value)));
}

function number(value: number, { digits }: Quality): string {
  return isMeasured(value) ? fixed(value, digits).replace("-", "−") : "–";
}
