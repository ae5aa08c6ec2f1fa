/**
 * The folder of one run, `runs/<task>/<name>/`:
 *
 * | file                             | content                                                           |
 * | -------------------------------- | ----------------------------------------------------------------- |
 * | `config.json`                    | the run's configuration, with all defaults filled in              |
 * | `metrics.jsonl`                  | the measurements in order, one JSON object per line               |
 * | `checkpoints/<name>.safetensors` | parameters, optimizer state and counters                          |
 * | `summary.json`                   | the run's final results                                           |
 * | other files                      | pictures, meshes, plots, written with {@linkcode RunFolder.writeFile} |
 *
 * Files are written atomically; only `metrics.jsonl` grows in place. In all JSON files, numbers that are not finite are written as the
 * strings `"NaN"`, `"Infinity"` and `"-Infinity"`, because JSON has only `null` for them, and are read as numbers here.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { removeUnfinished, writeWhole } from "./atomic.ts";
import { anything, checkShape, mismatch, number, object, record, type Shape } from "../shell/shape.ts";
import { readJson, toJson } from "./json.ts";
import { appendLine, keepRecords, readRecords, repairRecords } from "./metrics_file.ts";
import { checkName, createFolder, timeName } from "./run_name.ts";

const CONFIG = "config.json";
const METRICS = "metrics.jsonl";
const SUMMARY = "summary.json";
const CHECKPOINTS = "checkpoints";
const STEP_CHECKPOINT = /^(step-(\d+))\.safetensors$/;

/** One line of `metrics.jsonl`: the step, and values by name, mostly numbers. */
export type MetricsRecord = Readonly<Record<string, number | string | boolean>> & { readonly step: number };

const metricsShape: Shape<MetricsRecord> = (found) => {
  const fault = object({ step: number({ whole: true, min: 0 }) })(found);
  if (fault !== undefined) return fault;
  const other = Object.entries(found as object).find(([, value]) =>
    !["number", "string", "boolean"].includes(typeof value)
  );
  return other === undefined ? undefined : mismatch([other[0]], "a number, a text, true or false", other[1]);
};

/** Options of a run's folder. */
export interface RunFolderOptions {
  /** How many of the newest step checkpoints are kept; at least 1, by default 3. Checkpoints with other names are never removed. */
  readonly keep?: number;
}

/** Options of a new run's folder. */
export interface NewRunOptions extends RunFolderOptions {
  /** The folder of all runs; by default `runs`. It is created if it does not exist. */
  readonly root?: string;
  /** The task, such as `image`; it names the folder between the root and the run's folder. */
  readonly task: string;
  /** The run's name, of letters, digits, `.`, `_` and `-`. By default it is the local time, `2026-11-24-084512`, made unique. */
  readonly name?: string;
}

/** A checkpoint of a certain step. */
export interface StepCheckpoint {
  /** The checkpoint's name; see {@linkcode stepCheckpointName}. */
  readonly name: string;
  /** The step in the checkpoint's name. */
  readonly step: number;
  /** The path of the checkpoint's file. */
  readonly path: string;
}

/**
 * The name of the checkpoint after `step` steps, such as `step-00001200`. Names sort like the steps.
 *
 * @param step The step; an integer of at least 0.
 * @throws {RangeError} If the step is not such an integer.
 */
export function stepCheckpointName(step: number): string {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new RangeError(`checkpoint: step must be a whole number from 0, found ${step}.`);
  }
  return `step-${String(step).padStart(8, "0")}`;
}

/**
 * Creates the folder of a new run, and those above it. If that fails, none of them is left.
 *
 * @param options Where the folder is, and its name.
 * @throws {Error} If the name is taken or not allowed, or the folder cannot be created.
 */
export async function createRunFolder(options: NewRunOptions): Promise<RunFolder> {
  const { keep } = options;
  checkKeep(keep);
  const named = namedPath(options);
  if (named !== undefined) {
    if (await createFolder(named)) return new RunFolder(named, { keep });
    throw taken(named);
  }
  const parent = taskFolder(options);
  const time = timeName(new Date());
  for (let count = 1;; count++) {
    const path = join(parent, count === 1 ? time : `${time}-${count}`);
    if (await createFolder(path)) return new RunFolder(path, { keep });
  }
}

/**
 * Checks that the name of a new run is free, before any work is done.
 *
 * @param options The options that {@linkcode createRunFolder} will get.
 * @throws {Error} If the name is taken or not allowed.
 */
export async function checkNewRun(options: NewRunOptions): Promise<void> {
  const path = namedPath(options);
  if (path !== undefined && await Deno.lstat(path).then(() => true, () => false)) throw taken(path);
}

function taskFolder({ root = "runs", task }: NewRunOptions): string {
  return join(root, checkName("task", task));
}

function namedPath(options: NewRunOptions): string | undefined {
  const { name } = options;
  return name === undefined ? undefined : join(taskFolder(options), checkName("run name", name));
}

function taken(path: string): Error {
  return new Error(`${path}: a run of this name exists; choose another name, or continue that run with --resume.`);
}

/**
 * Opens the folder of an earlier run to continue it. Temporary files and an incomplete metrics line, which a killed process may have
 * left, are removed. No other process may be writing there.
 *
 * @param path The folder.
 * @param options Options of the folder.
 * @throws {Error} If there is no such folder, or it contains no `config.json`.
 */
export async function openRunFolder(path: string, options: RunFolderOptions = {}): Promise<RunFolder> {
  checkKeep(options.keep);
  const folder = await Deno.stat(path).catch(() => undefined);
  if (!folder?.isDirectory) throw new Error(`${path}: there is no such run.`);
  const config = await Deno.stat(join(path, CONFIG)).catch(() => undefined);
  if (!config?.isFile) throw new Error(`${path}: this folder is not a run: expected a ${CONFIG} in it, found none.`);
  await removeUnfinished(path);
  await removeUnfinished(join(path, CHECKPOINTS));
  await repairRecords(join(path, METRICS));
  return new RunFolder(path, options);
}

/** The folder of one run. {@linkcode createRunFolder} and {@linkcode openRunFolder} return it. */
export class RunFolder {
  /** The folder's path; relative if the root was. */
  readonly path: string;
  readonly #keep: number;

  /**
   * Uses an existing folder without checking it.
   *
   * @param path The folder.
   * @param options Options of the folder.
   */
  constructor(path: string, options: RunFolderOptions = {}) {
    this.path = path;
    this.#keep = checkKeep(options.keep);
  }

  /**
   * Writes `config.json` with its keys in the given order.
   *
   * @param config The configuration: everything that is needed to repeat the run.
   */
  async writeConfig(config: object): Promise<void> {
    await writeWhole(join(this.path, CONFIG), `${toJson(config, 2)}\n`);
  }

  /**
   * Reads `config.json`.
   *
   * @throws {Error} If it is missing or not a JSON object.
   */
  async readConfig(): Promise<Readonly<Record<string, unknown>>> {
    const path = join(this.path, CONFIG);
    return checkShape(await readJson(path), record(anything()), path);
  }

  /**
   * Appends a line to `metrics.jsonl`. It is written synchronously, so lines are in the order of the calls.
   *
   * @param record The values by name.
   */
  appendMetrics(record: MetricsRecord): void {
    appendLine(join(this.path, METRICS), toJson(record));
  }

  /**
   * Reads `metrics.jsonl`. An incomplete last line is ignored; if the file does not exist, there are no records.
   *
   * @throws {Error} If a line other than the last is not a JSON object.
   */
  readMetrics(): Promise<MetricsRecord[]> {
    return readRecords(join(this.path, METRICS), metricsShape);
  }

  /**
   * Removes records of `metrics.jsonl`, for a run that continues from a checkpoint older than its last records.
   *
   * @param keep Returns whether a record stays.
   * @throws {Error} If a line other than the last is not a JSON object.
   */
  truncateMetrics(keep: (record: MetricsRecord) => boolean): Promise<void> {
    return keepRecords(join(this.path, METRICS), metricsShape, keep);
  }

  /**
   * Writes `checkpoints/<name>.safetensors`, then removes the oldest step checkpoints if there are too many.
   *
   * @param name The name without extension: {@linkcode stepCheckpointName}, or another such as `final`.
   * @param bytes The file's content.
   * @returns The file's path.
   */
  async writeCheckpoint(name: string, bytes: Uint8Array): Promise<string> {
    const path = await this.writeFile(`${CHECKPOINTS}/${checkName("checkpoint", name)}.safetensors`, bytes);
    const surplus = (await this.stepCheckpoints()).slice(0, -this.#keep);
    // The new checkpoint stays even if there are later ones, which happens when a run went back to an earlier step.
    for (const old of surplus) if (old.name !== name) await Deno.remove(old.path);
    return path;
  }

  /** The step checkpoint with the highest step; undefined if there is none. */
  async latestCheckpoint(): Promise<StepCheckpoint | undefined> {
    return (await this.stepCheckpoints()).at(-1);
  }

  /** All step checkpoints, sorted by step. */
  async stepCheckpoints(): Promise<StepCheckpoint[]> {
    const found: StepCheckpoint[] = [];
    const folder = join(this.path, CHECKPOINTS);
    try {
      for await (const { name: file } of Deno.readDir(folder)) {
        const match = STEP_CHECKPOINT.exec(file);
        if (match) found.push({ name: match[1], step: Number(match[2]), path: join(folder, file) });
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return found.sort((a, b) => a.step - b.step);
  }

  /**
   * Writes `summary.json` with its keys in the given order.
   *
   * @param summary The run's final results.
   */
  async writeSummary(summary: object): Promise<void> {
    await writeWhole(join(this.path, SUMMARY), `${toJson(summary, 2)}\n`);
  }

  /**
   * Writes another file of the run atomically.
   *
   * @param name The file's name, which may contain folders (`plots/convergence.svg`); they are created.
   * @param content Bytes, or text to be written as UTF-8.
   * @returns The file's path.
   * @throws {Error} If a part of the name has other characters than letters, digits, `.`, `_`, `-`, or the file cannot be written.
   */
  async writeFile(name: string, content: Uint8Array | string): Promise<string> {
    const path = join(this.path, ...name.split("/").map((part) => checkName("file name", part)));
    await Deno.mkdir(dirname(path), { recursive: true });
    await writeWhole(path, content);
    return path;
  }
}

function checkKeep(keep = 3): number {
  if (keep !== Infinity && !(Number.isSafeInteger(keep) && keep >= 1)) {
    throw new RangeError(`run folder: keep must be a whole number from 1, or Infinity, found ${keep}.`);
  }
  return keep;
}
