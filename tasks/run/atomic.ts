/**
 * Files that appear whole or not at all.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";

/** How the unfinished file beside the wanted one ends; it also begins with a dot. */
const UNFINISHED = ".part";

let written = 0;

/**
 * Writes a file whole: beside its place, through to the disk, then renamed. A reader sees the old content or the new
 * one, never a part, and so does whoever looks after a crash; on failure the old file stays and nothing is left beside it.
 *
 * @param path The file; its folder must exist. A file already there is replaced.
 * @param content Bytes, or text to be written as UTF-8.
 * @throws {Error} If the file cannot be written; `cause` is the system's error.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  // Process and count make the name unique, so that two writers of one path cannot share an unfinished file.
  const unfinished = join(dirname(path), `.${basename(path)}.${Deno.pid}-${written++}${UNFINISHED}`);
  try {
    try {
      using file = await Deno.open(unfinished, { write: true, createNew: true });
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      // Without this a crash may keep the rename but lose the data.
      await file.sync();
    } catch (error) {
      await Deno.remove(unfinished).catch(() => {});
      throw error;
    }
    await Deno.rename(unfinished, path).catch(async (error) => {
      await Deno.remove(unfinished).catch(() => {});
      throw error;
    });
  } catch (cause) {
    throw new Error(`${path}: cannot be written: ${(cause as Error).message}.`, { cause });
  }
}

/**
 * Removes what writers that were killed left unfinished in a folder. No one may be writing there meanwhile.
 *
 * @param folder The folder, itself only, not what lies in folders below it. One that does not exist counts as clean.
 */
export async function removeUnfinished(folder: string): Promise<void> {
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && name.startsWith(".") && name.endsWith(UNFINISHED)) await Deno.remove(join(folder, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
