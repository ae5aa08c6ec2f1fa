import { basename, join } from "../../lib/std/path/mod.ts";
import { isRecord } from "../../lib/data/scene/json_value.ts";
import { checkpointsIn } from "../run/checkpoints.ts";
import { exists } from "../run/exists.ts";
import { FolderLock } from "../run/folder_lock.ts";
import { qualityIn, type RunQuality } from "../run/quality.ts";
import { RUN_STATUSES } from "../run/run_status.ts";
import { readJson } from "../run/json.ts";
import { runPlaces } from "../run/run_places.ts";
import { anything, checkShape, number, object, optional, printable, record, word } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { checkChosen } from "../training/config_shape.ts";

/** The files by which the folders of comparisons and sweeps are told. */
const RESULTS_RECORDS = ["comparison.json", "sweep.json"];

/** What can be the matter with a run. */
export const RUN_STATES = [...RUN_STATUSES, "interrupted"] as const;

/** What is known of a run from the files in its folder. */
export interface FoundRun {
  readonly path: string;
  readonly task: string;
  readonly name: string;
  readonly status: typeof RUN_STATES[number];
  /** The options by their names in camelCase. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The learning rate, also where it is a default. */
  readonly learningRate?: number;
  /** The steps that the run has made, by its summary or its newest checkpoint. */
  readonly made: number;
  /** The steps that it is to make. */
  readonly steps: number;
  /** The entries of `summary.json`; none before the end of a run. */
  readonly summary: Readonly<Record<string, unknown>>;
  /** The size of all files in bytes. */
  readonly bytes: number;
  /** When the newest file was written. */
  readonly date: Date;
}

const configShape = object({
  task: printable(),
  options: record(anything()),
  steps: number({ whole: true, min: 1 }),
  optimizer: optional(record(anything())),
});

/** How good a run is; undefined before its end. */
export function qualityOf({ summary }: FoundRun): RunQuality & { readonly value: number } | undefined {
  const quality = qualityIn(summary);
  return quality === undefined ? undefined : { ...quality, value: summary[quality.figure] as number };
}

/** What a summary is checked for; its other entries depend on the task. */
const summaryShape = object({
  status: optional(word(RUN_STATUSES)),
  steps: number({ whole: true, min: 0 }),
});

/** The runs in a folder, and what was not looked into. */
interface FoundRuns {
  readonly runs: readonly FoundRun[];
  /** The paths of comparisons and sweeps: their runs belong together, and are found by giving their folder. */
  readonly left: readonly string[];
}

/**
 * Finds the runs of these tasks in a folder and the folders in it, without those of comparisons and sweeps below it. What cannot be read is
 * told by a line on standard error.
 */
export async function findRuns(root: string, tasks: readonly string[]): Promise<FoundRuns> {
  const left: string[] = [];
  const places = await runPlaces(root, {
    enters: (names, place) => {
      const enters = !names.some((name) => RESULTS_RECORDS.includes(name));
      if (!enters) left.push(join(root, place));
      return enters;
    },
    unreadable: (path, error) => console.error(`${path}: cannot be read: ${error.message}.`),
  });
  const runs: FoundRun[] = [];
  for (const path of places.map((place) => join(root, place))) {
    try {
      const task = await taskOf(path);
      const run = tasks.includes(task ?? "") ? await readRun(path, task!, basename(path)) : undefined;
      if (run !== undefined) runs.push(run);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      console.error(error.message);
    }
  }
  return { runs, left };
}

/** The task that a configuration names, if it is one of a run. */
async function taskOf(path: string): Promise<string | undefined> {
  const config = await readJson(join(path, "config.json"));
  return isRecord(config) && typeof config.task === "string" ? config.task : undefined;
}

/**
 * A run; undefined if the folder has no configuration.
 *
 * @throws {UserError} If one of its files is not what a run writes.
 */
export async function readRun(path: string, task: string, name: string): Promise<FoundRun | undefined> {
  const [configFile, summaryFile] = ["config.json", "summary.json"].map((file) => join(path, file));
  if (!await exists(configFile)) return undefined;
  const config = await readJson(configFile);
  const { options, steps, optimizer = {} } = checkShape(config, configShape, configFile);
  checkChosen(config, configFile, { isWhole: false });
  const found = await exists(summaryFile) ? await readJson(summaryFile) : undefined;
  const ended = found === undefined ? undefined : checkShape(found, summaryShape, summaryFile);
  const newest = (await checkpointsIn(join(path, "checkpoints"))).at(-1);
  // A run that goes on after its summary was written has newer checkpoints.
  const made = Math.max(ended?.steps ?? 0, newest?.step ?? 0);
  const status = await FolderLock.isTaken(path)
    ? "running"
    : ended === undefined || ended.status === "running" || ended.steps < made
    ? "interrupted"
    : ended.status ?? "finished";
  const { bytes, date } = await contentOf(path);
  const summary = (found ?? {}) as Record<string, unknown>;
  const learningRate = typeof optimizer.learningRate === "number" ? optimizer.learningRate : undefined;
  return { path, task, name, status, options, learningRate, made, steps, summary, bytes, date };
}

/** The size of all files below a folder, and the time of the newest one. */
async function contentOf(folder: string): Promise<{ bytes: number; date: Date }> {
  let [bytes, time] = [0, 0];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (isDirectory) {
      const below = await contentOf(join(folder, name));
      [bytes, time] = [bytes + below.bytes, Math.max(time, below.date.getTime())];
    } else if (isFile) {
      const { size, mtime } = await Deno.stat(join(folder, name));
      // The lock file is written when a run is resumed, even if that is refused.
      [bytes, time] = [bytes + size, name === ".lock" ? time : Math.max(time, mtime?.getTime() ?? 0)];
    }
  }
  return { bytes, date: new Date(time) };
}
