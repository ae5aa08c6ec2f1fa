/**
 * Folders of runs that ended before their first checkpoint with steps. Nothing is lost with them, so they do not keep others from using the name.
 *
 * @module
 */

import { join } from "node:path";
import { isUnfinished } from "./atomic.ts";
import { remove } from "./disk.ts";
import { FolderLock } from "./folder_lock.ts";
import { RunFolder } from "./run_folder.ts";

/** The files that a run may have before its first steps, by folder. */
const FILES: Readonly<Record<string, RegExp>> = {
  "":
    /^(config\.json|summary\.json|scene\.json|metrics\.jsonl|index\.html|preview\.png|events\.out\.tfevents\.\d+|\.lock)$/,
  checkpoints: /^interim-0+\.safetensors$/,
  snapshots: /^step-\d+\.png$/,
};

/** Whether a run can have this path: there is nothing, or a run without steps that no process is writing to. */
export async function isFree(path: string): Promise<boolean> {
  const found = await Deno.lstat(path).catch(() => undefined);
  if (found === undefined) return true;
  if (!found.isDirectory || await pathsWithoutSteps(path) === undefined) return false;
  // A folder without a lock file is not locked, and should not get one by being looked at.
  if (await Deno.stat(join(path, ".lock")).catch(() => undefined) === undefined) return true;
  const lock = await lockUnlessGone(path);
  if (lock === "gone") return true;
  lock?.[Symbol.dispose]();
  return lock !== undefined;
}

/** Locks a folder; undefined if another process has locked it, "gone" if another process has removed it meanwhile. */
async function lockUnlessGone(path: string): Promise<FolderLock | undefined | "gone"> {
  return await FolderLock.tryTake(path).catch((error) => {
    if (error.cause instanceof Deno.errors.NotFound) return "gone";
    throw error;
  });
}

/** Removes the folder of a run without steps, file by file, unless another process is writing to it. It need not exist. */
export async function removeWithoutSteps(path: string): Promise<void> {
  const found = await Deno.lstat(path).catch(() => undefined);
  // Looked at before it is locked, because a folder of something else must not get a lock file.
  if (!found?.isDirectory || await pathsWithoutSteps(path) === undefined) return;
  const taken = await lockUnlessGone(path);
  if (taken === undefined || taken === "gone") return;
  using lock = taken;
  const paths = await pathsWithoutSteps(path);
  if (paths === undefined) return;
  // Windows does not remove a file that is open.
  if (Deno.build.os === "windows") lock[Symbol.dispose]();
  for (const each of [...paths, path]) await remove(each);
}

/** The files and then the subfolders of a run without steps; undefined if there is anything else in its folder. */
export async function pathsWithoutSteps(path: string): Promise<string[] | undefined> {
  const [files, folders]: [string[], string[]] = [[], []];
  for (const [below, own] of Object.entries(FILES)) {
    const folder = join(path, below);
    const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
    for (const { name, isFile, isDirectory } of entries) {
      if (isFile && (own.test(name) || isUnfinished(name))) files.push(join(folder, name));
      else if (isDirectory && below === "" && name !== "" && Object.hasOwn(FILES, name)) {
        folders.push(join(folder, name));
      } else return undefined;
    }
  }
  // One that diverged before its first checkpoint has results, and so has what stays of a run without its checkpoints.
  return await new RunFolder(path).ending() === undefined ? [...files, ...folders] : undefined;
}
