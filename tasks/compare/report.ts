import { join } from "@std/path";
import type { TrainingTask } from "../training/task.ts";
import { chosenFor } from "./comparison.ts";
import { encodeCsv } from "./csv.ts";
import { readCurve } from "./curve.ts";
import { findings } from "./findings.ts";
import { SEARCH } from "./halving.ts";
import { HELD_UP, heldUp } from "./held_up.ts";
import { finalSeconds } from "./pace.ts";
import { defaultRate, pairName } from "./pairs.ts";
import { galleryOf } from "./report/gallery.ts";
import { htmlReport } from "./report/html.ts";
import { markdownReport } from "./report/markdown.ts";
import type { Report, ReportSection } from "./report/model.ts";
import { convergencePlot } from "./report/plot.ts";
import { provenanceTable } from "./report/provenance.ts";
import { costTable, resultTable, tuningTable } from "./report/tables.ts";
import { resultRows } from "./results_table.ts";
import type { ComparisonFolder, ComparisonRecord, RunRecord } from "./store.ts";
import { type ActivationSummary, type FinalRun, summarise } from "./summary.ts";

/** Training times of pairs that differ by more than this factor were not equal. */
const UNEQUAL = 1.15;

/** Writes `results.csv`, `report.html` and `report.md` of the runs that are done; returns the findings. */
export async function writeReport(
  task: TrainingTask,
  record: ComparisonRecord,
  folder: ComparisonFolder,
): Promise<readonly string[]> {
  const { settings, quality } = record;
  const runs = await folder.results();
  const finals: FinalRun[] = [];
  for (const run of runs.filter(({ phase }) => phase === "final")) {
    finals.push({ ...run, curve: await readCurve(folder.runPath(run.id), quality.figure) });
  }
  const activations = settings.activations.flatMap((activation) => {
    return summarise(record, activation, finals, (pair) => chosenFor({ task, ...record }, record, runs, pair)) ?? [];
  });
  await folder.write("results.csv", encodeCsv(resultRows(task, record, runs, finals, activations)));
  if (activations.length === 0) return [];
  const sections = await Promise.all(activations.map((each) => activationSections(task, record, folder, runs, each)));
  const report: Report = {
    title: `Optimizers compared: ${settings.task}, ${inputsText(record)}`,
    findings: findings(activations, quality),
    sections: [...doubts(record, finals, activations), ...sections.flat(), howToRead(record), ...closing(record, runs)],
  };
  await folder.write("report.md", markdownReport(report));
  await folder.write("report.html", htmlReport(report));
  return [...report.findings, `The report is in ${join(folder.path, "report.html")}`];
}

async function activationSections(
  task: TrainingTask,
  record: ComparisonRecord,
  folder: ComparisonFolder,
  runs: readonly RunRecord[],
  summary: ActivationSummary,
): Promise<ReportSection[]> {
  const { settings, quality } = record;
  const { activation } = summary;
  let plot: string | undefined;
  let plotError: string[] = [];
  try {
    plot = await convergencePlot(summary, settings.optimizers, quality);
  } catch (error) {
    plotError = [`The plot is left out: ${(error as Error).message}`];
  }
  const gallery = await galleryOf(task, record, folder, summary);
  const below = (task.pictures ?? []).filter(({ shared }) => !shared).map(({ title }) => title);
  return [
    {
      title: activation,
      paragraphs: plotError,
      plot,
      tables: [resultTable(summary, record), costTable(summary, runs)],
    },
    ...settings.tune
      ? [{
        title: `${activation}: what tuning tried`,
        tables: [tuningTable(summary, record, runs, (pair) => defaultRate({ task, ...record }, pair))],
      }]
      : [],
    ...gallery.length > 0
      ? [{
        title: `${activation}: results`,
        paragraphs: [
          `The run of median quality of each optimizer; ${below.length > 1 ? "from above: " : ""}${below.join("; ")}.`,
        ],
        gallery,
      }]
      : [],
  ];
}

/** What makes the figures doubtful. */
function doubts(
  { settings, paces }: ComparisonRecord,
  finals: readonly FinalRun[],
  activations: readonly ActivationSummary[],
): ReportSection[] {
  const { seeds, inputs, activations: all, optimizers } = settings;
  const wanted = seeds * inputs.length * all.length * optimizers.length;
  const pairs = activations.flatMap((each) => each.pairs);
  const held = pairs.flatMap((pair) => {
    return heldUp(pair.runs, paces[pairName(pair)]).map(({ id }) => id);
  });
  const unequal = activations.filter(({ pairs }) => {
    const times = pairs.map(({ seconds }) => seconds).filter(Number.isFinite);
    return finalSeconds(settings) !== undefined && Math.max(...times) > UNEQUAL * Math.min(...times);
  }).map(({ activation }) => activation);
  const tunedOtherwise = (what: "bracketed" | "confirmed") =>
    pairs.filter(({ choice }) => choice !== undefined && !choice[what]).map(pairName).join(", ");
  const [unbracketed, unconfirmed] = [tunedOtherwise("bracketed"), tunedOtherwise("confirmed")];
  const found = [
    ...finals.length < wanted ? [`Incomplete: ${finals.length} of ${wanted} final runs are done.`] : [],
    ...held.length > 0
      ? [
        `Something held the device up in ${
          held.join(", ")
        }: steps took more than ${HELD_UP} times what is usual for the ` +
        "pair. Their times are not to be trusted.",
      ]
      : [],
    ...unbracketed !== ""
      ? [
        `Tuning ended before a rate on either side of the chosen one had been tried, for ${unbracketed}: a better one may lie beyond.`,
      ]
      : [],
    ...unconfirmed !== ""
      ? [`Tuning ended before the choice had been tried for as long as a final run, for ${unconfirmed}.`]
      : [],
    ...unequal.length > 0
      ? [
        `Training times that were planned as equal differ by more than ${
          Math.round(100 * (UNEQUAL - 1))
        } % between the ` +
        `optimizers of ${unequal.join(", ")}: the device was not equally fast throughout.`,
      ]
      : [],
  ];
  return found.length === 0 ? [] : [{ title: "Doubts", paragraphs: found }];
}

/** What the figures are. */
function howToRead({ settings }: ComparisonRecord): ReportSection {
  const { inputs, tune } = settings;
  const over = inputs.length === 1
    ? "the median over seeds, in brackets the extremes"
    : "the mean over inputs of the median over seeds, in brackets one standard deviation over inputs to either side";
  const lengths = SEARCH.rungs.map((rung) => rung === 1 ? "1" : `1/${Math.round(1 / rung)}`).join(", ");
  return {
    title: "How to read this",
    paragraphs: [
      `Figures are ${over}; bands are the extremes over seeds. A line that runs flat at ` +
      "the lowest level drawn lies below it. A run that diverged counts as infinitely bad. Training time is " +
      "synchronised with the device, without compilation and evaluation. Equal time is the time that the quickest optimizer " +
      "of an activation trained; earlier columns show the same runs on their way, with schedules that were meant for the " +
      "whole run. HVPs are Hessian-vector products; time for curvature is the part of the training time that goes into " +
      "these, Gauss-Newton samples and Kronecker factors, as measured beforehand.",
      ...tune
        ? [
          "Tuning searched rates a decade apart, half a decade around the best, and the schedules constant and cosine by " +
          "successive halving: trials of " +
          `${lengths} of a final run, of at most ${SEARCH.budget} final runs together for each pair, with a seed that no ` +
          "final run has.",
        ]
        : [],
    ],
  };
}

function closing(record: ComparisonRecord, runs: readonly RunRecord[]): ReportSection[] {
  return [
    { title: "What this depends on", tables: [provenanceTable(record, runs)] },
    {
      title: "To repeat it",
      paragraphs: ["results.csv has every run with all its options; runs/ has the curves as metrics.jsonl."],
      code: record.command,
    },
  ];
}

function inputsText({ settings: { inputs } }: ComparisonRecord): string {
  return inputs.length === 1 ? inputs[0].name : `${inputs.length} inputs`;
}
