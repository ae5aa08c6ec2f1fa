import { basename, join } from "@std/path";
import { encodeCsv } from "../run/csv.ts";
import { convergencePanels } from "../run/convergence_panels.ts";
import { readCurve } from "../run/curve.ts";
import { panelsPlotSvg } from "../run/plot.ts";
import { htmlReport } from "../run/report/html.ts";
import { markdownReport } from "../run/report/markdown.ts";
import type { Report, ReportSection, ReportTable } from "../run/report/model.ts";
import { type FoundRun, qualityOf } from "../run_list/found_run.ts";
import { formatDuration } from "../shell/progress.ts";
import { median } from "../shell/statistics.ts";
import type { RunResult } from "./conduct.ts";
import { valueText } from "./option_words.ts";
import type { Failure, SweepRecord } from "./record.ts";
import { resultRows, statusOf } from "./results_table.ts";
import type { SweepFolder } from "./store.ts";

/** The most lines of a plot that can be told apart. */
const MOST_LINES = 12;

/** What stands for the quality of runs that have no figure of it. */
const NO_QUALITY = { label: "quality", digits: 2 };

/** Runs that differ in their seed only. */
interface Group {
  readonly name: string;
  readonly results: readonly RunResult[];
}

/**
 * Writes `results.csv`, `report.html` and `report.md` about the runs so far.
 *
 * @returns The findings, and where the report is.
 */
export async function writeReport(
  record: SweepRecord,
  folder: SweepFolder,
  results: readonly RunResult[],
): Promise<readonly string[]> {
  const { settings, command } = record;
  const { task, inputs } = settings;
  const name = basename(folder.path);
  const report: Report = {
    title: `Sweep ${name}: ${task}, ${inputs.length === 1 ? inputs[0].name : `${inputs.length} inputs`}`,
    findings: findings(results),
    sections: [
      ...caveats(results),
      ...await Promise.all(inputs.map((input) => inputSection(settings, folder, results, input.name))),
      { title: "Runs", tables: [runTable(results)] },
      ...failureSection(results, await folder.results(record)),
      { title: "Set-up", tables: [setupTable(settings, results)] },
      {
        title: "How to reproduce this",
        paragraphs: [
          `The command is below. results.csv lists every run with all its options and figures; runs/${task} has the run folders, and ` +
          "logs what each run printed.",
        ],
        code: command,
      },
    ],
  };
  await writeTable(record, folder, results);
  await folder.write("report.md", markdownReport(report));
  await folder.write("report.html", htmlReport(report));
  return [...report.findings, `The report is in ${join(folder.path, "report.html")}`];
}

/** Writes `results.csv`, which has a row for each run. */
export async function writeTable(
  { settings: { task } }: SweepRecord,
  folder: SweepFolder,
  results: readonly RunResult[],
): Promise<void> {
  await folder.write("results.csv", encodeCsv(resultRows(task, results)));
}

/** How many runs have ended, and the best one on each input. */
function findings(results: readonly RunResult[]): string[] {
  const finished = results.filter(({ state }) => state === "finished");
  const byInput = [...Map.groupBy(finished, ({ run }) => run.input.name)];
  const best = byInput.flatMap(([input, each]) => {
    const [first] = each.toSorted((a, b) => valueOf(b) - valueOf(a));
    const quality = first.found && qualityOf(first.found);
    if (quality === undefined) return [];
    return [`${input}: best ${quality.label} ${quality.value.toFixed(quality.digits)}, by ${first.run.name}`];
  });
  return [`${finished.length} of ${results.length} runs are finished.`, ...best];
}

/** What a reader has to know before the figures. */
function caveats(results: readonly RunResult[]): ReportSection[] {
  const named = (state: string) => results.filter((each) => statusOf(each) === state).map(({ run }) => run.name);
  const texts = [
    ["diverged", "Diverged"],
    ["failed", "Failed, although started again"],
    ["cancelled", "Cancelled"],
  ].flatMap(([state, text]) => named(state).length === 0 ? [] : [`${text}: ${named(state).join(", ")}.`]);
  const ended = results.filter(({ state }) => ["finished", "diverged", "failed", "cancelled"].includes(state)).length;
  const open = ended < results.length
    ? [`The sweep is incomplete: ${ended} of ${results.length} runs have ended.`]
    : [];
  const paragraphs = [...open, ...texts];
  return paragraphs.length === 0 ? [] : [{ title: "Caveats", paragraphs }];
}

/** The combinations on one input: their plot, and their quality over seeds. */
async function inputSection(
  settings: SweepRecord["settings"],
  folder: SweepFolder,
  results: readonly RunResult[],
  input: string,
): Promise<ReportSection> {
  const own = results.filter(({ run, state }) => run.input.name === input && state === "finished");
  const groups = [...Map.groupBy(own, groupName)].map(([name, each]) => ({ name, results: each }));
  if (groups.length === 0) return { title: input, paragraphs: ["No run on this input is finished."] };
  const { plot, note } = await plotOf(settings.task, folder, input, groups);
  const seeds = groups.some((each) => each.results.length > 1);
  const paragraphs = [
    ...seeds ? ["Figures are medians over seeds, with the lowest and highest value in brackets."] : [],
    ...note === undefined ? [] : [note],
  ];
  return { title: input, paragraphs, plot, tables: [groupTable(groups)] };
}

/** The options in which a run differs from others, except its seed. */
function groupName({ run: { choice } }: RunResult): string {
  const names = Object.entries(choice).filter(([option]) => option !== "seed");
  return names.map(([option, value]) => `${option} ${valueText(value)}`).join(", ") || "all runs";
}

async function plotOf(
  task: string,
  folder: SweepFolder,
  input: string,
  groups: readonly Group[],
): Promise<{ plot?: string; note?: string }> {
  if (groups.length > MOST_LINES) {
    return { note: `There is no plot, because ${groups.length} lines could not be told apart.` };
  }
  try {
    const { figure, label } = qualityOf(groups[0].results[0].found!)!;
    const lines = await Promise.all(groups.map(async ({ name, results }) => {
      const runs = await Promise.all(results.map(async ({ run, found }) => ({
        seed: Number(found!.options.seed ?? 0),
        curve: await readCurve(folder.runPath(task, run), figure),
      })));
      return { name, runs };
    }));
    return { plot: await panelsPlotSvg({ title: input, panels: convergencePanels(lines, label), height: 400 }) };
  } catch (error) {
    return { note: `The plot is left out: ${(error as Error).message}` };
  }
}

/** The combinations of options, the best first. */
function groupTable(groups: readonly Group[]): ReportTable {
  const centre = ({ results }: Group) => median(results.map(valueOf));
  const ranked = groups.toSorted((a, b) => centre(b) - centre(a));
  const { label, digits } = qualityOf(ranked[0].results[0].found!) ?? NO_QUALITY;
  return {
    columns: ["options", "runs", label, "steps", "training time (s)"],
    numbersFrom: 1,
    rows: ranked.map(({ name, results }) => [
      name,
      `${results.length}`,
      spreadText(digits, results.map(valueOf)),
      `${median(results.map(({ found }) => found!.made))}`,
      median(results.map(({ found }) => secondsOf(found))).toFixed(1),
    ]),
    best: 0,
  };
}

/** Every run. */
function runTable(results: readonly RunResult[]): ReportTable {
  const choices = [...new Set(results.flatMap(({ run }) => Object.keys(run.choice)))];
  const { label } = results.flatMap(({ found }) => found && qualityOf(found) || [])[0] ?? NO_QUALITY;
  return {
    columns: ["run", "input", ...choices, "status", label, "steps", "training time (s)"],
    numbersFrom: 3 + choices.length,
    rows: results.map((result) => {
      const { run, found } = result;
      const quality = found && qualityOf(found);
      const { made = 0, steps = 0 } = found ?? {};
      return [
        run.name,
        run.input.name,
        ...choices.map((name) => Object.hasOwn(run.choice, name) ? valueText(run.choice[name]) : ""),
        statusOf(result),
        quality?.value.toFixed(quality.digits) ?? "",
        found === undefined ? "" : made < steps ? `${made} of ${steps}` : `${made}`,
        found === undefined || Number.isNaN(secondsOf(found)) ? "" : secondsOf(found).toFixed(1),
      ];
    }),
  };
}

/** What runs failed of, whether or not they were finished later. */
function failureSection(results: readonly RunResult[], failures: readonly Failure[]): ReportSection[] {
  const nameOf = (number: number) => results.find(({ run }) => run.number === number)?.run.name ?? `${number}`;
  const rows = failures.map(({ run, tries, reason }) => [nameOf(run), reason, `${tries}`]);
  if (rows.length === 0) return [];
  return [{
    title: "Failures",
    paragraphs: ["The last failure of each run, whether or not it was finished later."],
    tables: [{ columns: ["run", "failure", "try"], numbersFrom: 2, rows }],
  }];
}

function setupTable({ task, options, grids }: SweepRecord["settings"], results: readonly RunResult[]): ReportTable {
  const lists = grids.map((grid) =>
    Object.entries(grid).map(([name, values]) => `${name}: ${values.map(valueText).join(", ")}`).join("; ")
  );
  const adapters = [...new Set(results.flatMap(({ found }) => found?.summary.adapter ?? []))];
  const seconds = results.map(({ found }) => secondsOf(found)).filter(Number.isFinite);
  const total = seconds.reduce((sum, each) => sum + each, 0);
  return {
    columns: ["property", "value"],
    numbersFrom: 2,
    rows: [
      ["task", task],
      ...lists.map((list) => ["grid", list || "none"]),
      ["options", Object.entries(options).map(([name, value]) => `${name} ${valueText(value)}`).join(", ") || "none"],
      ["training", `${seconds.length} runs, ${formatDuration(total)}`],
      ["adapter", adapters.join(", ") || "not known yet"],
    ],
  };
}

function valueOf({ found }: RunResult): number {
  return (found && qualityOf(found)?.value) ?? NaN;
}

function secondsOf(found: FoundRun | undefined): number {
  return typeof found?.summary.seconds === "number" ? found.summary.seconds : NaN;
}

/** "31.20 (30.91 to 31.52)". */
function spreadText(digits: number, values: readonly number[]): string {
  const text = (value: number) => value.toFixed(digits);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? text(low) : `${text(median(values))} (${text(low)} to ${text(high)})`;
}
