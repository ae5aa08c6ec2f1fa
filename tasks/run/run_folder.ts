/**
 * The folder of one run, `runs/<task>/<name>/`:
 *
 * | file                             | what it holds                                                     |
 * | -------------------------------- | ----------------------------------------------------------------- |
 * | `config.json`                    | what the run was told, fully resolved                             |
 * | `metrics.jsonl`                  | one JSON object a line, in the order measured                     |
 * | `checkpoints/<name>.safetensors` | parameters, optimizer state and counters                          |
 * | `summary.json`                   | how it ended                                                      |
 * | anything else                    | pictures, meshes, plots, written with {@linkcode RunFolder.writeFile} |
 *
 * Files appear whole, and only `metrics.jsonl` grows in place. In all JSON, numbers that are not finite are the strings
 * `"NaN"`, `"Infinity"` and `"-Infinity"` (JSON itself has only `null` for them), and are numbers again when read here.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { removeUnfinished, writeWhole } from "./atomic.ts";
import { fromJson, toJson } from "./json.ts";
import { appendLine, mendMetrics, type MetricsRecord, readMetrics, truncateMetrics } from "./metrics_file.ts";
import { checkName, createFolder, timeName } from "./run_name.ts";

const CONFIG = "config.json";
const METRICS = "metrics.jsonl";
const SUMMARY = "summary.json";
const CHECKPOINTS = "checkpoints";
const STEP_CHECKPOINT = /^(step-(\d+))\.safetensors$/;

/** How many checkpoints a run keeps. */
export interface RunFolderOptions {
  /** Keep this many of the newest step checkpoints, at least 1; default 3. Checkpoints with other names always stay. */
  readonly keep?: number;
}

/** Where a new run goes. */
export interface NewRunOptions extends RunFolderOptions {
  /** The folder of all runs; default `runs`. Made if missing. */
  readonly root?: string;
  /** The task, such as `image`: the folder between the root and the run. */
  readonly task: string;
  /** The run's name: letters, digits, `.`, `_`, `-`. Default: the local time, `2026-11-24-084512`, made unique. */
  readonly name?: string;
}

/** A checkpoint of a certain step. */
export interface StepCheckpoint {
  /** Its name, see {@linkcode stepCheckpointName}. */
  readonly name: string;
  /** The step in its name. */
  readonly step: number;
  /** The file. */
  readonly path: string;
}

/**
 * The name of the checkpoint taken after `step` steps, such as `step-00001200`, which sorts like the number.
 *
 * @param step A whole number from 0.
 * @throws {RangeError} If it is not.
 */
export function stepCheckpointName(step: number): string {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new RangeError(`checkpoint: step must be a whole number from 0, found ${step}.`);
  }
  return `step-${String(step).padStart(8, "0")}`;
}

/**
 * Makes the folder of a new run. If that fails, no folder made on the way is left.
 *
 * @param options Where, and how it is called.
 * @throws {Error} If the name is taken or not allowed, or the folder cannot be made.
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
 * Checks that a new run can have its name, before any work is put into it.
 *
 * @param options As {@linkcode createRunFolder} will get them.
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
  return new Error(`${path}: a run of this name exists; choose another name, or go on with it by --resume.`);
}

/**
 * Opens the folder of an earlier run to go on with it, and clears away what a killed process left unfinished: files
 * beside their place and a metrics line cut short. No other process may be writing there.
 *
 * @param path The folder.
 * @param options As for a new run.
 * @throws {Error} If there is no such folder, or no `config.json` in it.
 */
export async function openRunFolder(path: string, options: RunFolderOptions = {}): Promise<RunFolder> {
  checkKeep(options.keep);
  const folder = await Deno.stat(path).catch(() => undefined);
  if (!folder?.isDirectory) throw new Error(`${path}: there is no such run.`);
  const config = await Deno.stat(join(path, CONFIG)).catch(() => undefined);
  if (!config?.isFile) throw new Error(`${path}: no run: expected a ${CONFIG} in it, found none.`);
  await removeUnfinished(path);
  await removeUnfinished(join(path, CHECKPOINTS));
  await mendMetrics(join(path, METRICS));
  return new RunFolder(path, options);
}

/** The folder of one run. Made by {@linkcode createRunFolder} or {@linkcode openRunFolder}. */
export class RunFolder {
  /** The folder, relative if its root was. */
  readonly path: string;
  readonly #keep: number;

  /**
   * Takes a folder that exists as it is.
   *
   * @param path The folder.
   * @param options How many checkpoints it keeps.
   */
  constructor(path: string, options: RunFolderOptions = {}) {
    this.path = path;
    this.#keep = checkKeep(options.keep);
  }

  /**
   * Writes `config.json`, keys in the order given.
   *
   * @param config Everything needed to run the same again.
   */
  async writeConfig(config: object): Promise<void> {
    await writeWhole(join(this.path, CONFIG), `${toJson(config, 2)}\n`);
  }

  /**
   * Reads `config.json`.
   *
   * @throws {Error} If it is missing or not a JSON object.
   */
  async readConfig(): Promise<Record<string, unknown>> {
    const path = join(this.path, CONFIG);
    const text = await Deno.readTextFile(path).catch((cause) => {
      throw new Error(`${path}: cannot be read: ${cause.message}.`, { cause });
    });
    let config: unknown;
    try {
      config = fromJson(text);
    } catch (cause) {
      throw new Error(`${path}: not JSON: ${(cause as Error).message}.`, { cause });
    }
    if (typeof config !== "object" || config === null || Array.isArray(config)) {
      throw new Error(`${path}: expected a JSON object, found ${text.trim().slice(0, 40)}.`);
    }
    return config as Record<string, unknown>;
  }

  /**
   * Appends a line to `metrics.jsonl`, at once, so that lines stand in the order of the calls.
   *
   * @param record Figures by name.
   */
  appendMetrics(record: MetricsRecord): void {
    appendLine(join(this.path, METRICS), toJson(record));
  }

  /**
   * Reads `metrics.jsonl`; a last line cut short by a crash is passed over, no file means no records.
   *
   * @throws {Error} If another line is not a JSON object.
   */
  readMetrics(): Promise<MetricsRecord[]> {
    return readMetrics(join(this.path, METRICS));
  }

  /**
   * Keeps only some records of `metrics.jsonl`, for a run that goes on from a checkpoint older than its last records.
   *
   * @param keep Which records stay, as they were written.
   * @throws {Error} If a line other than the last is not a JSON object.
   */
  truncateMetrics(keep: (record: MetricsRecord) => boolean): Promise<void> {
    return truncateMetrics(join(this.path, METRICS), keep);
  }

  /**
   * Writes `checkpoints/<name>.safetensors`, then removes step checkpoints beyond those to keep.
   *
   * @param name The name without ending: {@linkcode stepCheckpointName}, or another such as `final`.
   * @param bytes The file's content.
   * @returns The file.
   */
  async writeCheckpoint(name: string, bytes: Uint8Array): Promise<string> {
    const path = await this.writeFile(`${CHECKPOINTS}/${checkName("checkpoint", name)}.safetensors`, bytes);
    const surplus = (await this.stepCheckpoints()).slice(0, -this.#keep);
    // The one just written stays even when later ones lie there, as after going back to an earlier step.
    for (const old of surplus) if (old.name !== name) await Deno.remove(old.path);
    return path;
  }

  /** The step checkpoint of the highest step, if there is one. */
  async latestCheckpoint(): Promise<StepCheckpoint | undefined> {
    return (await this.stepCheckpoints()).at(-1);
  }

  /** All step checkpoints, by step, lowest first. */
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
   * Writes `summary.json`, keys in the order given.
   *
   * @param summary How the run ended.
   */
  async writeSummary(summary: object): Promise<void> {
    await writeWhole(join(this.path, SUMMARY), `${toJson(summary, 2)}\n`);
  }

  /**
   * Writes any other file of the run, whole.
   *
   * @param name Its name, with folders before it if wanted (`plots/convergence.svg`); they are made.
   * @param content Bytes, or text to be written as UTF-8.
   * @returns The file.
   * @throws {Error} If a part of the name is not of letters, digits, `.`, `_`, `-`, or it cannot be written.
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
