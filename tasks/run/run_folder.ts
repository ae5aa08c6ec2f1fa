/**
 * The folder of one run, `runs/<task>/<name>/`:
 *
 * | file                             | content                                                           |
 * | -------------------------------- | ----------------------------------------------------------------- |
 * | `config.json`                    | the run's configuration, with all defaults filled in              |
 * | `metrics.jsonl`                  | the measurements in order, one JSON object per line               |
 * | `checkpoints/<name>.safetensors` | parameters, optimizer state and counters                          |
 * | `summary.json`                   | how the run is or ended, and its results                          |
 * | other files                      | pictures, meshes, plots, written with {@linkcode RunFolder.writeFile} |
 *
 * Files are written atomically; only `metrics.jsonl` grows in place. In all JSON files, numbers that are not finite are written as the
 * strings `"NaN"`, `"Infinity"` and `"-Infinity"`, because JSON has only `null` for them, and are read as numbers here.
 *
 * @module
 */

import { join } from "node:path";
import { cannotWrite, writeWhole } from "./atomic.ts";
import { anything, checkShape, object, optional, record, text } from "../shell/shape.ts";
import { readJson, toJson } from "./json.ts";
import { appendLine, appendTo, keepRecords, readRecords } from "./metrics_file.ts";
import { type MetricsRecord, metricsShape } from "./metrics_record.ts";
import { checkpointsIn, type StepCheckpoint } from "./checkpoints.ts";
import { checkKeep, type CheckpointSpread, replacedCheckpoints } from "./kept_checkpoints.ts";
import { isDiskError, isFull, makeIfMissing, remove, rename } from "./disk.ts";
import type { FolderLock } from "./folder_lock.ts";
import { checkNoLinks } from "./links.ts";
import { checkName } from "./run_name.ts";
import { isOpen } from "./run_status.ts";

/** The file with the configuration of a run. */
export const CONFIG = "config.json";
/** The file with the measurements of a run. */
export const METRICS = "metrics.jsonl";
const SUMMARY = "summary.json";
const CHECKPOINTS = "checkpoints";

/** Options of a run's folder. */
export interface RunFolderOptions {
  /** How many of the newest step checkpoints are kept; at least 1, by default 3. Checkpoints with other names are never removed. */
  readonly keep?: number;
}

/** The folder of one run. */
export class RunFolder implements Disposable {
  /** The folder's path; relative if the root was. */
  readonly path: string;
  /**
   * Called when the disk fails or is protected, or is full although old checkpoints were removed to make room. When it returns, the file is
   * written again; by default it throws the error.
   */
  onWriteError: (error: Error) => Promise<void> = (error) => Promise.reject(error);
  /** Which checkpoints are kept along the run besides the newest ones; none by default. */
  spread?: CheckpointSpread;
  readonly #keep: number;
  readonly #lock?: FolderLock;

  /**
   * Uses an existing folder without checking it.
   *
   * @param path The folder.
   * @param options Options of the folder, and its lock if this process has it, which ends with the object.
   */
  constructor(path: string, options: RunFolderOptions & { readonly lock?: FolderLock } = {}) {
    this.path = path;
    this.#keep = checkKeep(options.keep);
    this.#lock = options.lock;
  }

  /** Ends the lock of the folder. */
  [Symbol.dispose](): void {
    this.#lock?.[Symbol.dispose]();
  }

  /**
   * Writes `config.json` with its keys in the given order.
   *
   * @param config The configuration: everything that is needed to repeat the run.
   */
  async writeConfig(config: object): Promise<void> {
    await this.#write(join(this.path, CONFIG), `${toJson(config, 2)}\n`);
  }

  /**
   * Whether there is a `config.json`.
   *
   * @throws {UserError} If the folder itself is gone, and is locked.
   */
  async hasConfig(): Promise<boolean> {
    this.#lock?.check("run");
    return await Deno.lstat(join(this.path, CONFIG)).then(() => true, () => false);
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
   * Appends a line to `metrics.jsonl` and syncs it.
   *
   * @param record The values by name.
   */
  async appendMetrics(record: MetricsRecord): Promise<void> {
    const path = join(this.path, METRICS);
    await this.#persist(path, () => appendLine(path, toJson(record)));
  }

  /**
   * Appends to a file of the run and syncs it.
   *
   * @param name The file's name in the run's folder; it need not exist.
   */
  async append(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.path, checkName("file name", name));
    await this.#persist(path, () => appendTo(path, bytes));
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
  async truncateMetrics(keep: (record: MetricsRecord) => boolean): Promise<void> {
    const path = join(this.path, METRICS);
    checkNoLinks(this.path, path);
    await keepRecords(path, metricsShape, keep);
  }

  /**
   * Writes `checkpoints/<name>.safetensors`, then removes the checkpoints that it replaces.
   *
   * @param name The name without extension: {@linkcode stepCheckpointName}, or another such as `final`.
   * @param bytes The file's content.
   * @returns The file's path.
   */
  async writeCheckpoint(name: string, bytes: Uint8Array): Promise<string> {
    const path = await this.writeFile(`${CHECKPOINTS}/${checkName("checkpoint", name)}.safetensors`, bytes);
    await this.removeReplaced(name);
    return path;
  }

  /**
   * Removes checkpoints that later ones have replaced (see {@linkcode replacedCheckpoints}).
   *
   * @param name The newest checkpoint. It stays even if there are later ones, which happens when a run went back to an earlier step.
   */
  async removeReplaced(name: string): Promise<void> {
    const replaced = replacedCheckpoints(await this.stepCheckpoints(), name, { keep: this.#keep, spread: this.spread });
    for (const old of replaced) await this.#remove(old);
  }

  /** Sets a damaged checkpoint aside: it is called `<name>.damaged` from now on, and no longer counts. */
  async setAside({ name, path }: StepCheckpoint): Promise<void> {
    checkNoLinks(this.path, path);
    await rename(path, join(this.path, CHECKPOINTS, `${name}.damaged`));
  }

  /**
   * Removes the checkpoints of later steps, for a run that goes back because it diverged. If no checkpoint is left, the measurements and the
   * summary are removed before, because the run begins again.
   */
  async goBackTo(step: number): Promise<void> {
    const all = await this.stepCheckpoints();
    const later = all.filter((each) => each.step > step);
    if (later.length === all.length) {
      await this.truncateMetrics(() => false);
      if (await this.ending() !== undefined) await this.#remove({ path: join(this.path, SUMMARY) });
    }
    for (const each of later) await this.#remove(each);
  }

  /** The step checkpoint with the highest step; undefined if there is none. */
  async latestCheckpoint(): Promise<StepCheckpoint | undefined> {
    return (await this.stepCheckpoints()).at(-1);
  }

  /** All checkpoints of steps, sorted by step. */
  stepCheckpoints(): Promise<StepCheckpoint[]> {
    return checkpointsIn(join(this.path, CHECKPOINTS));
  }

  /**
   * Writes `summary.json` with its keys in the given order.
   *
   * @param summary How the run is or ended, and its results.
   * @param options.optional Whether it is left out where the disk is full or fails.
   */
  async writeSummary(summary: object, options: { readonly optional?: boolean } = {}): Promise<void> {
    const content = `${toJson(summary, 2)}\n`;
    if (options.optional) await this.writeOptional(SUMMARY, content);
    else await this.#write(join(this.path, SUMMARY), content);
  }

  /**
   * How the run ended, as `summary.json` says it; "unknown" if it does not. Undefined if there is no summary, or the run did not end by itself:
   * it is running, was killed, failed, or was stopped before its first step.
   */
  async ending(): Promise<string | undefined> {
    try {
      const shape = object({ status: text(), steps: optional(anything()) });
      const { status, steps } = checkShape(await readJson(join(this.path, SUMMARY)), shape, SUMMARY);
      return isOpen(status, steps) ? undefined : status;
    } catch (error) {
      return (error as Error).cause instanceof Deno.errors.NotFound ? undefined : "unknown";
    }
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
    const parts = name.split("/").map((part) => checkName("file name", part));
    // One after the other below the run's own folder, so that a folder that was removed meanwhile is not made again.
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = join(this.path, ...parts.slice(0, depth));
      await this.#persist(
        folder,
        () => makeIfMissing(folder).catch((cause) => Promise.reject(cannotWrite(folder, cause))),
      );
    }
    const path = join(this.path, ...parts);
    await this.#write(path, content);
    return path;
  }

  /**
   * Writes a file that the run can do without. Where the disk is full, fails or is protected, it is left out, and nothing is removed to make
   * room for it.
   *
   * @param name The file's name in the run's folder.
   * @throws {UserError} If the folder is gone or a link is in the way.
   */
  async writeOptional(name: string, content: Uint8Array | string): Promise<void> {
    const path = join(this.path, checkName("file name", name));
    this.#lock?.check("run");
    checkNoLinks(this.path, path);
    try {
      await writeWhole(path, content);
    } catch (error) {
      this.#lock?.check("run");
      if (!isDiskError(error)) throw error;
    }
  }

  async #write(path: string, content: Uint8Array | string): Promise<void> {
    await this.#persist(path, () => writeWhole(path, content));
  }

  /** Changes the folder, and tries again where the disk is full or fails, as long as `onWriteError` allows. */
  async #persist(path: string, change: () => unknown): Promise<void> {
    for (;;) {
      this.#lock?.check("run");
      checkNoLinks(this.path, path);
      try {
        await change();
        return;
      } catch (error) {
        // The folder may have gone while the file was written, which says more.
        this.#lock?.check("run");
        if (!isDiskError(error)) throw error;
        if (!isFull(error) || !await this.#makeRoom()) await this.onWriteError(error as Error);
      }
    }
  }

  async #remove({ path }: { readonly path: string }): Promise<void> {
    checkNoLinks(this.path, path);
    await remove(path);
  }

  /** Removes all checkpoints but the newest. Returns whether there were any. */
  async #makeRoom(): Promise<boolean> {
    const old = (await this.stepCheckpoints()).slice(0, -1);
    for (const each of old) await this.#remove(each);
    return old.length > 0;
  }
}
