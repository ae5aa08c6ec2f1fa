import { fixed } from "../shell/fixed.ts";
import { shownValue } from "../own/own_files.ts";
import { basename, join } from "../../lib/std/path/mod.ts";
import { encodeCsv } from "../run/csv.ts";
import { convergencePanels } from "../run/convergence_panels.ts";
import { readCurve } from "../run/curve.ts";
import { panelsPlotSvg } from "../run/plot.ts";
import { htmlReport } from "../run/report/html.ts";
import { markdownReport } from "../run/report/markdown.ts";
import type { Report, ReportPictures, ReportSection } from "../run/report/model.ts";
import { qualityOf } from "../run_list/found_run.ts";
import type { RunResult } from "./conduct.ts";
import { galleryOf } from "./gallery.ts";
import { valueText } from "./option_words.ts";
import type { Failure, SweepRecord } from "./record.ts";
import { type Group, groupTable, ranked, runTable, setupTable, valueOf } from "./report_tables.ts";
import { resultRows, statusOf } from "./results_table.ts";
import { measureOf } from "./measure.ts";
import type { SweepFolder } from "./store.ts";

/** The most lines of a plot that can be told apart: as many as there are colours. */
const MOST_LINES = 7;

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
      ...(await Promise.all(inputs.map(({ name }) => inputSections(settings, folder, results, name)))).flat(),
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

/** How many runs have ended, and the best one on each input, for each measure of quality: that depends on the objective. */
function findings(results: readonly RunResult[]): string[] {
  const finished = results.filter(({ state }) => state === "finished");
  const measured = (result: RunResult) => `${result.run.input.name}\n${measureOf(result)}`;
  const best = [...Map.groupBy(finished, measured).values()].flatMap((each) => {
    const [first] = each.toSorted((a, b) => valueOf(b) - valueOf(a));
    const quality = first.found && qualityOf(first.found);
    if (quality === undefined) return [];
    return [
      `${first.run.input.name}: best ${measureOf(first)}: ${
        fixed(quality.value, quality.digits)
      }, by ${first.run.name}`,
    ];
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

/** The combinations on one input: their plot, their quality over seeds, and pictures. */
async function inputSections(
  { task }: SweepRecord["settings"],
  folder: SweepFolder,
  results: readonly RunResult[],
  input: string,
): Promise<ReportSection[]> {
  const own = results.filter(({ run, state }) =>
    run.input.name === input && (state === "finished" || state === "diverged")
  );
  const groups = [...Map.groupBy(own, groupName)].map(([name, each]) => ({ name, results: each }));
  const nothing = "No run on this input is finished.";
  if (groups.length === 0) return [{ title: input, paragraphs: [nothing] }];
  if (ranked(groups).length === 0) return [{ title: input, paragraphs: [nothing], tables: [groupTable(groups)] }];
  const kinds = byMeasure(groups);
  const titleOf = (measure: string) => kinds.size === 1 ? input : `${input}: ${measure}`;
  const place = { task, folder, input };
  return (await Promise.all([...kinds].map(([measure, each]) => groupSections(place, titleOf(measure), each)))).flat();
}

/** Combinations by what measures their quality. Those without any finished run, which have no quality, come with the first ones. */
function byMeasure(groups: readonly Group[]): Map<string, Group[]> {
  const measures = groups.map(({ results }) => results.map(measureOf).find((each) => each !== undefined));
  const usual = measures.find((each) => each !== undefined)!;
  return Map.groupBy(groups, (_, i) => measures[i] ?? usual);
}

/** Combinations whose qualities can be compared. */
async function groupSections(
  { task, folder, input }: { readonly task: string; readonly folder: SweepFolder; readonly input: string },
  title: string,
  groups: readonly Group[],
): Promise<ReportSection[]> {
  const finished = ranked(groups);
  const notes: string[] = [];
  const unlessLost = (what: string) => (error: Error): undefined => {
    notes.push(`${what} left out: ${error.message}`);
  };
  const plot = await plotOf(task, folder, input, finished).catch(unlessLost("The plot is"));
  const gallery: ReportPictures[] = await galleryOf(task, folder, finished).catch(unlessLost("Pictures are")) ?? [];
  if (groups.some((each) => each.results.length > 1)) {
    notes.unshift(
      "Figures are medians over seeds of the runs that are finished, with the lowest and highest value in brackets.",
    );
  }
  const shown = { title: `${title}: results`, paragraphs: ["The best run of each of the best combinations."], gallery };
  return [
    { title, paragraphs: notes, plot, tables: [groupTable(groups)] },
    ...gallery.length > 0 ? [shown] : [],
  ];
}

/** The options in which a run differs from others, except its seed. */
function groupName({ run: { choice } }: RunResult): string {
  const names = Object.entries(choice).filter(([option]) => option !== "seed");
  return names.map(([option, value]) => `${option} ${valueText(shownValue(option, value))}`).join(", ") || "all runs";
}

/** How the runs of each combination converge. */
async function plotOf(
  task: string,
  folder: SweepFolder,
  input: string,
  groups: readonly Group[],
): Promise<string> {
  if (groups.length > MOST_LINES) throw new Error(`${groups.length} lines could not be told apart.`);
  const { figure, label } = qualityOf(groups[0].results[0].found!)!;
  const lines = await Promise.all(groups.map(async ({ name, results }) => {
    const runs = await Promise.all(results.map(async ({ run, found }) => ({
      seed: Number(found!.options.seed ?? 0),
      curve: await readCurve(folder.runPath(task, run), figure),
    })));
    return { name, runs };
  }));
  return await panelsPlotSvg({ title: input, panels: convergencePanels(lines, label), height: 400 });
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
