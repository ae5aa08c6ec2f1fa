/**
 * Atomic writing: files appear with their complete content or not at all.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { remove, rename, systemReason, writeNew } from "./disk.ts";

let written = 0;

/**
 * Writes a file atomically: to a temporary file in the same folder, which is synced and then renamed; then the folder is synced. A reader
 * sees the old content or the new one, never a part, and once this function has returned the new one stays even after a power cut. On
 * failure the old file stays and the temporary file is removed.
 *
 * @param path The file; its folder must exist. An existing file is replaced.
 * @param content Bytes, or text to be written as UTF-8.
 * @throws {Error} If the file cannot be written; `cause` is the system's error.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  // The process id and a counter make the name unique, so that two writers of one path do not share a temporary file.
  const unfinished = join(dirname(path), `.${basename(path)}.${Deno.pid}-${written++}.part`);
  try {
    await writeNew(unfinished, bytes);
    await rename(unfinished, path);
  } catch (cause) {
    await remove(unfinished).catch(() => {});
    throw cannotWrite(path, cause);
  }
}

/** The error for a file or a folder that cannot be written. */
export function cannotWrite(path: string, cause: unknown): Error {
  return new Error(`${path}: cannot be written: ${systemReason(cause)}.`, { cause });
}

/** Whether a file's name is that of a temporary file of {@linkcode writeWhole}. */
export function isUnfinished(name: string): boolean {
  return /^\..+\.\d+-\d+\.part$/.test(name);
}

/**
 * Removes the temporary files that killed processes left in a folder and its subfolders. No other process may be writing there
 * meanwhile. Links are not followed.
 *
 * @param folder The folder. It need not exist.
 */
export async function removeUnfinished(folder: string): Promise<void> {
  try {
    for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
      if (isFile && isUnfinished(name)) await remove(join(folder, name));
      // Frames may be rendered while a run trains, to such a folder.
      if (isDirectory && !name.endsWith(".unfinished")) await removeUnfinished(join(folder, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
