import { join } from "node:path";
import { removeUnfinished } from "./atomic.ts";
import { FolderLock } from "./folder_lock.ts";
import { checkNoLinksIn } from "./links.ts";
import { repairRecords } from "./metrics_file.ts";
import { checkKeep } from "./kept_checkpoints.ts";
import { CONFIG, METRICS, RunFolder, type RunFolderOptions } from "./run_folder.ts";
import { UserError } from "../shell/user_error.ts";

/** What another process is doing that has locked a run, and what can be done about it. */
const RUN_IS_LOCKED = "is writing to this run; wait for it to end, or stop it";

/**
 * Opens the folder of a run to read it. It changes nothing, so another process may be writing there.
 *
 * @param path The folder.
 * @throws {UserError} If there is no such folder, or it contains no `config.json`.
 */
export async function openRunFolder(path: string): Promise<RunFolder> {
  const folder = await Deno.stat(path).catch(() => undefined);
  if (!folder?.isDirectory) throw new UserError(`${path}: there is no such run.`);
  const config = await Deno.stat(join(path, CONFIG)).catch(() => undefined);
  if (!config?.isFile) {
    throw new UserError(`${path}: this folder is not a run: expected a ${CONFIG} in it, found none.`);
  }
  return new RunFolder(path);
}

/**
 * Opens the folder of an earlier run to continue it, and locks it until the result is disposed of. Temporary files and an incomplete
 * metrics line, which a killed process may have left, are removed.
 *
 * @param path The folder.
 * @param options Options of the folder.
 * @throws {UserError} If there is no such folder, it contains no `config.json`, there are links in it, or another process is writing there.
 */
export async function resumeRunFolder(path: string, options: RunFolderOptions = {}): Promise<RunFolder> {
  checkKeep(options.keep);
  await openRunFolder(path);
  await checkNoLinksIn(path);
  const lock = await FolderLock.take(path, RUN_IS_LOCKED);
  try {
    await removeUnfinished(path);
    await repairRecords(join(path, METRICS));
    return new RunFolder(path, { ...options, lock });
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}
