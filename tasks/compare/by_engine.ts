import { join } from "../../lib/std/path/mod.ts";
import { exists } from "../run/exists.ts";
import { toJson } from "../run/json.ts";
import { createFolder, discardFolder } from "../run/run_name.ts";
import { commandText } from "../shell/command_text.ts";
import { taskCommand } from "../shell/task_command.ts";
import { projectFile } from "../shell/project_file.ts";
import { TASKS } from "../registry.ts";
import type { RunResult } from "../sweep/conduct.ts";
import { makeRuns } from "../sweep/make_runs.ts";
import { mannerLine, runLines } from "../sweep/plan.ts";
import { requestFor, type SweepRequest } from "../sweep/request.ts";
import { headLines } from "../sweep/slurm/script.ts";
import { SweepFolder } from "../sweep/store.ts";
import type { CompareValues } from "./command.ts";
import { endedRuns, reportedBy } from "./ended_runs.ts";
import { notesOn } from "./engine_notes.ts";
import { placesOf, sweepOf } from "./engine_sweep.ts";
import { runsLine } from "./plan.ts";
import type { EngineComparison, Settings } from "./record.ts";
import { writeReport } from "./report.ts";
import { checkPairs } from "./run_values.ts";
import { EngineComparisonFolder } from "./store.ts";

/** Milliseconds between two reports while runs are made. */
const REPORT_INTERVAL = 60_000;

/** What the command line asks for. */
export interface ComparisonRequest {
  readonly args: readonly string[];
  readonly values: CompareValues;
  /** The names of the options that were given. */
  readonly given: ReadonlySet<string>;
  /** The folder of the comparison. */
  readonly path: string;
  readonly settings: Settings;
}

/**
 * Makes or continues a comparison whose runs an engine makes, each in a process of its own: they are the runs of a sweep in the
 * comparison's folder, and the report is made of their folders.
 *
 * @param signal Stops it as it stops a sweep.
 * @throws {UserError} If options do not fit together, and at the end if runs failed.
 */
export async function compareByEngine(request: ComparisonRequest, signal: AbortSignal): Promise<void> {
  const { args, values, given, path, settings } = request;
  const task = TASKS.get(settings.task)!;
  checkPairs({ task, settings, adapter: { software: false } });
  const inside = join(path, "sweep");
  const command = commandText("deno task compare", args);
  const sweep = await requestFor(inside, sweepOf(task, settings), {
    values,
    given,
    earlier: await SweepFolder.readRecord(inside),
    where: "--engine",
    command,
    again: taskCommand("compare", path, ["--resume", path]),
  });
  const { record, runs } = sweep;
  console.log([runsLine(settings), mannerLine(record.how, path)].join("\n"));
  if (values.dryRun) {
    if (record.how.engine === "slurm") console.log(headLines(record).join("\n"));
    return console.log(runLines(record, runs).join("\n"));
  }
  projectFile("deno.json", "deno task compare --engine");
  const made = await createFolder(path) ?? [];
  const folder = new EngineComparisonFolder(path);
  using _lock = await folder.lock();
  const comparison: EngineComparison = { settings, command: record.command, sweep: "sweep" };
  await folder.writeRecord(comparison);
  try {
    await conduct(sweep, comparison, folder, signal);
  } catch (error) {
    // Nothing could be begun, so that nothing is left.
    if (made.length > 0 && !await exists(inside)) await discardFolder(path, made);
    throw error;
  }
}

/** Makes the runs, and reports on them meanwhile and at the end. */
async function conduct(
  sweep: SweepRequest,
  comparison: EngineComparison,
  folder: EngineComparisonFolder,
  signal: AbortSignal,
): Promise<void> {
  let reported = performance.now();
  await makeRuns(sweep, {
    signal,
    collected: async (results) => {
      if (performance.now() - reported < REPORT_INTERVAL) return;
      await report(sweep, comparison, folder, results);
      reported = performance.now();
    },
    ended: async (results) => {
      const lines = await report(sweep, comparison, folder, results);
      if (!signal.aborted) console.log(lines.join("\n"));
    },
  });
}

/** Writes what a comparison that makes its runs itself writes, about the runs that have ended; nothing before there is one. */
async function report(
  { record: { how } }: SweepRequest,
  comparison: EngineComparison,
  folder: EngineComparisonFolder,
  results: readonly RunResult[],
): Promise<readonly string[]> {
  const { settings } = comparison;
  const places = placesOf(settings);
  const ended = await endedRuns(comparison, places, results);
  if (ended.length === 0) return [];
  const runs = ended.map(({ run }) => run);
  const paths = new Map(ended.map(({ run: { id }, path }) => [id, path]));
  await folder.write("results.jsonl", runs.map((run) => `${toJson(run)}\n`).join(""));
  return await writeReport(TASKS.get(settings.task)!, reportedBy(comparison, ended[0]), folder, {
    runs,
    pathOf: ({ id }) => paths.get(id)!,
    place: `sweep/runs/${settings.task}`,
    notes: notesOn({ settings, how, results, runs }),
  });
}
