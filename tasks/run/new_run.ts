/**
 * The making of a run's folder. It is made under a hidden name, `.NAME.new`, and gets its own name when it has what a run needs to be resumed. So
 * a process that ends before leaves no run.
 *
 * @module
 */

import { join } from "node:path";
import { isDiskError, remove } from "./disk.ts";
import { FolderLock } from "./folder_lock.ts";
import { checkKeep } from "./kept_checkpoints.ts";
import { RunFolder, type RunFolderOptions } from "./run_folder.ts";
import { isFree, pathsWithoutSteps, removeWithoutSteps } from "./without_steps.ts";
import { checkName, createFolder, timeName } from "./run_name.ts";
import { UserError } from "../shell/user_error.ts";

/**
 * How often a new folder may vanish before it is locked, and how long is waited in between. Each process that starts takes one at most, and
 * removes it within milliseconds.
 */
const [MOST_ATTEMPTS, MILLISECONDS_BETWEEN] = [200, 10];

/** Options of a new run's folder. */
export interface NewRunOptions extends RunFolderOptions {
  /** The folder of all runs; by default `runs`. It is created if it does not exist. */
  readonly root?: string;
  /** The task, such as `image`; it names the folder between the root and the run's folder. */
  readonly task: string;
  /** The run's name, of letters, digits, `.`, `_` and `-`. By default it is the local time, `2026-11-24-084512`, made unique. */
  readonly name?: string;
}

/**
 * Creates the folder of a new run, and those above it, and locks it until the result is disposed of. A folder of that name in which a run
 * has made no steps is replaced. If something fails, no new folder is left.
 *
 * @param options Where the folder is, and its name.
 * @param fill Writes what the run needs to be resumed. The folder has another path meanwhile.
 * @throws {UserError} If the name is taken or not allowed.
 * @throws {Error} If the folder cannot be created or filled.
 */
export async function createRunFolder(
  options: NewRunOptions,
  fill: (folder: RunFolder, name: string) => Promise<void> = async () => {},
): Promise<RunFolder> {
  const { keep } = options;
  checkKeep(keep);
  const parent = taskFolder(options);
  const named = options.name === undefined ? undefined : checkName("run name", options.name);
  await removeLeftOvers(parent);
  const time = timeName(new Date());
  let attempts = 0;
  for (let count = 1;;) {
    const name = named ?? (count === 1 ? time : `${time}-${count}`);
    const [path, hidden] = [join(parent, name), join(parent, `.${name}.new`)];
    const free = await isFree(path);
    const made = free ? await createFolder(hidden, path) : undefined;
    const begun = made && await lockNew(made);
    // Another process that starts at the same time may have taken the hidden folder for one that was left over, and remove it.
    const isVanishing = made !== undefined || (free && named !== undefined);
    if (begun === undefined && isVanishing && ++attempts < MOST_ATTEMPTS) {
      await new Promise((resolve) => setTimeout(resolve, MILLISECONDS_BETWEEN));
      continue;
    }
    const lock = begun &&
      await published(
        { path, made: made!, lock: begun },
        () => fill(new RunFolder(hidden, { keep, lock: begun }), name),
      );
    if (lock !== undefined) return new RunFolder(path, { keep, lock });
    if (named !== undefined) throw taken(path);
    count++;
  }
}

/**
 * Checks that the name of a new run is free, before any work is done.
 *
 * @param options The options that {@linkcode createRunFolder} will get.
 * @throws {UserError} If the name is taken or not allowed.
 */
export async function checkNewRun(options: NewRunOptions): Promise<void> {
  const parent = taskFolder(options);
  if (options.name === undefined) return;
  const path = join(parent, checkName("run name", options.name));
  if (!await isFree(path)) throw taken(path);
}

function taskFolder({ root = "runs", task }: NewRunOptions): string {
  return join(root, checkName("task", task));
}

function taken(path: string): UserError {
  return new UserError(
    `${path}: a run of this name exists; choose another name, or continue that run with --resume.`,
  );
}

/**
 * Locks a hidden folder.
 *
 * @param made The folders that were made for it; the last one is the hidden folder.
 * @returns Undefined if another process is removing it or has removed it.
 */
async function lockNew(made: readonly string[]): Promise<FolderLock | undefined> {
  const lock = await FolderLock.tryTake(made.at(-1)!).catch(async (error) => {
    if (error.cause instanceof Deno.errors.NotFound) return undefined;
    for (const folder of made.toReversed()) await remove(folder).catch(() => {});
    throw error;
  });
  if (lock?.isInPlace) return lock;
  lock?.[Symbol.dispose]();
}

/** Fills a hidden folder and renames it. Returns its lock, or undefined if something has taken its name meanwhile. */
async function published(
  { path, made, lock }: { readonly path: string; readonly made: readonly string[]; readonly lock: FolderLock },
  fill: () => Promise<void>,
): Promise<FolderLock | undefined> {
  try {
    await fill();
    if (await isFree(path)) {
      await removeWithoutSteps(path);
      return await lock.rename(path);
    }
  } catch (error) {
    await discard(made, lock);
    // The name that the folder had until now says nothing to anybody.
    if (isDiskError(error)) (error as Error).message = (error as Error).message.replaceAll(made.at(-1)!, path);
    throw error;
  }
  await discard(made, lock);
}

/** Removes a hidden folder, and the folders above it that were made for it and are empty. */
async function discard(made: readonly string[], lock: FolderLock): Promise<void> {
  const hidden = made.at(-1)!;
  for (const path of await pathsWithoutSteps(hidden) ?? []) await remove(path).catch(() => {});
  lock[Symbol.dispose]();
  for (const folder of made.toReversed()) await remove(folder).catch(() => {});
}

/** Removes hidden folders of processes that ended before their run was complete. */
async function removeLeftOvers(parent: string): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(parent)).catch(() => []);
  for (const { name, isDirectory } of entries) {
    if (isDirectory && /^\..+\.new$/.test(name)) await removeWithoutSteps(join(parent, name));
  }
}
