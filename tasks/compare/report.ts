import { join } from "../../lib/std/path/mod.ts";
import type { TrainingTask } from "../training/task.ts";
import { chosenFor } from "./comparison.ts";
import { encodeCsv } from "../run/csv.ts";
import { readCurve } from "../run/curve.ts";
import { findings } from "./findings.ts";
import { SEARCH } from "./halving.ts";
import { disturbedRuns, SLOWDOWN_LIMIT } from "./disturbed_runs.ts";
import { finalSeconds } from "./pace.ts";
import { pairName } from "./pair.ts";
import { defaultRate } from "./run_values.ts";
import { galleryOf } from "./report/gallery.ts";
import { htmlReport } from "../run/report/html.ts";
import { markdownReport } from "../run/report/markdown.ts";
import type { Report, ReportSection } from "../run/report/model.ts";
import { convergencePlot } from "./report/plot.ts";
import { provenanceTable } from "./report/provenance.ts";
import { costTable, resultTable, tuningTable } from "./report/tables.ts";
import { resultRows } from "./results_table.ts";
import type { ReportedComparison, RunRecord } from "./record.ts";
import type { ComparisonFolder } from "./store.ts";
import { type ActivationSummary, type FinalRun, summarise } from "./summary.ts";

/** The report warns if the training times of pairs that were planned as equal differ by more than this factor. */
const UNEQUAL = 1.15;

/** The runs that a report is about. */
interface ReportedRuns {
  readonly runs: readonly RunRecord[];
  /** The folder of a final run. */
  readonly pathOf: (run: RunRecord) => string;
  /** Where the folders of all final runs are, within that of the comparison. */
  readonly place: string;
  /** Further caveats. */
  readonly notes: readonly string[];
}

/**
 * Writes `results.csv`, `report.html` and `report.md` about the finished runs.
 *
 * @returns The findings and where the report is; nothing if no final run is finished.
 */
export async function writeReport(
  task: TrainingTask,
  record: ReportedComparison,
  folder: Pick<ComparisonFolder, "path" | "write">,
  { runs, pathOf, place, notes }: ReportedRuns,
): Promise<readonly string[]> {
  const { settings, quality } = record;
  const finals: FinalRun[] = [];
  for (const run of runs.filter(({ phase }) => phase === "final")) {
    const path = pathOf(run);
    finals.push({ ...run, path, curve: await readCurve(path, quality.figure) });
  }
  const activations = settings.activations.flatMap((activation) => {
    return summarise(record, activation, finals, (pair) => chosenFor({ task, ...record }, record, runs, pair)) ?? [];
  });
  await folder.write("results.csv", encodeCsv(resultRows(task, record, runs, finals, activations)));
  if (activations.length === 0) return [];
  const sections = await Promise.all(activations.map((each) => activationSections(task, record, runs, each)));
  const report: Report = {
    title: `Optimizers compared: ${settings.task}, ${inputsText(record)}`,
    findings: findings(activations, quality),
    sections: [
      ...caveats(record, finals, activations, notes),
      ...sections.flat(),
      howToRead(record),
      ...closing(record, runs, place),
    ],
  };
  await folder.write("report.md", markdownReport(report));
  await folder.write("report.html", htmlReport(report));
  return [...report.findings, `The report is in ${join(folder.path, "report.html")}`];
}

async function activationSections(
  task: TrainingTask,
  record: ReportedComparison,
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
  const gallery = await galleryOf(task, record, summary);
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
        title: `${activation}: trials of tuning`,
        tables: [tuningTable(summary, record, runs, (pair) => defaultRate({ task, ...record }, pair))],
      }]
      : [],
    ...gallery.length > 0
      ? [{
        title: `${activation}: results`,
        paragraphs: [
          `The run of median quality of each optimizer. ${below.length > 1 ? "From top to bottom: " : ""}${
            below.join("; ")
          }.`,
        ],
        gallery,
      }]
      : [],
  ];
}

/** Warnings about figures that are uncertain. */
function caveats(
  { settings, paces }: ReportedComparison,
  finals: readonly FinalRun[],
  activations: readonly ActivationSummary[],
  notes: readonly string[],
): ReportSection[] {
  const { seeds, inputs, activations: all, optimizers } = settings;
  const wanted = seeds * inputs.length * all.length * optimizers.length;
  const pairs = activations.flatMap((each) => each.pairs);
  const timed = activations.filter(({ isTimed }) => isTimed).flatMap((each) => each.pairs);
  const disturbed = timed.flatMap((pair) => {
    return disturbedRuns(pair.runs, paces?.[pairName(pair)]).map(({ id }) => id);
  });
  const unequal = activations.filter(({ pairs, isTimed }) => {
    const times = pairs.map(({ seconds }) => seconds).filter(Number.isFinite);
    return isTimed && finalSeconds(settings) !== undefined && Math.max(...times) > UNEQUAL * Math.min(...times);
  }).map(({ activation }) => activation);
  const pairsNot = (what: "bracketed" | "confirmed") =>
    pairs.filter(({ choice }) => choice !== undefined && !choice[what]).map(pairName).join(", ");
  const [unbracketed, unconfirmed] = [pairsNot("bracketed"), pairsNot("confirmed")];
  const found = [
    ...finals.length < wanted
      ? [`The comparison is incomplete: ${finals.length} of ${wanted} final runs are finished.`]
      : [],
    ...notes,
    ...disturbed.length > 0
      ? [
        `Other load on the device disturbed ${disturbed.join(", ")}: steps took more than ${SLOWDOWN_LIMIT} times as ` +
        "long as usual for the pair. The times of these runs are not reliable.",
      ]
      : [],
    ...unbracketed !== ""
      ? [
        `For ${unbracketed}, tuning ended before both a higher and a lower learning rate than the chosen one had been tried; ` +
        "a better one may exist.",
      ]
      : [],
    ...unconfirmed !== ""
      ? [`For ${unconfirmed}, tuning ended before the chosen settings had been tried in a run as long as a final one.`]
      : [],
    ...unequal.length > 0
      ? [
        `Training times were planned to be equal but differ by more than ${
          Math.round(100 * (UNEQUAL - 1))
        } % between the ` +
        `optimizers of ${unequal.join(", ")}, because the speed of the device changed meanwhile.`,
      ]
      : [],
  ];
  return found.length === 0 ? [] : [{ title: "Caveats", paragraphs: found }];
}

/** Explains the figures. */
function howToRead({ settings }: ReportedComparison): ReportSection {
  const { inputs, tune } = settings;
  const over = inputs.length === 1
    ? "medians over seeds, with the lowest and highest value in brackets"
    : "means over inputs of the medians over seeds, with the range of one standard deviation over inputs in brackets";
  const parts = SEARCH.rungs.map((rung) => rung === 1 ? "1" : `1/${Math.round(1 / rung)}`);
  const lengths = `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  return {
    title: "How to read this",
    paragraphs: [
      `Figures are ${over}. Shaded bands in plots range from the lowest to the highest seed. A line that runs flat along the ` +
      "lower edge of a plot is below it. A run that diverged counts as infinitely bad. Training time is measured " +
      "when the device has finished its work and does not include compilation and evaluation. Equal time is the training time of the " +
      "optimizer of an activation that finished first. Columns for earlier times show the same runs before their end, so their " +
      "schedules were planned for the whole run. HVPs are Hessian-vector products. Time spent on curvature is the part of the " +
      "training time, as measured beforehand, that Hessian-vector products, Gauss-Newton samples and Kronecker factors take.",
      ...tune
        ? [
          "Tuning searched for the best learning rate and schedule (constant or cosine) by successive halving. Learning rates " +
          `were a decade apart, and half a decade apart around the best. Trials were ${lengths} times as long ` +
          `as a final run. All trials of a pair together were at most as long as ${SEARCH.budget} final runs. They had a seed that no ` +
          "final run has.",
        ]
        : [],
    ],
  };
}

function closing(record: ReportedComparison, runs: readonly RunRecord[], place: string): ReportSection[] {
  return [
    { title: "Set-up", tables: [provenanceTable(record, runs)] },
    {
      title: "How to reproduce this",
      paragraphs: [
        `The command is below. results.csv lists every run with all its options; the folders in ${place}/ have the convergence curves as metrics.jsonl.`,
      ],
      code: record.command,
    },
  ];
}

function inputsText({ settings: { inputs } }: ReportedComparison): string {
  return inputs.length === 1 ? inputs[0].name : `${inputs.length} inputs`;
}
