/**
 * Atomic writing: files appear with their complete content or not at all.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";

/** The suffix of temporary files; their names also begin with a dot. */
const UNFINISHED = ".part";

let written = 0;

/**
 * Writes a file atomically: to a temporary file in the same folder, which is flushed to the disk and then renamed. A reader sees the
 * old content or the new one, never a part, even after a crash. On failure the old file stays and the temporary file is removed.
 *
 * @param path The file; its folder must exist. An existing file is replaced.
 * @param content Bytes, or text to be written as UTF-8.
 * @throws {Error} If the file cannot be written; `cause` is the system's error.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  // The process id and a counter make the name unique, so that two writers of one path do not share a temporary file.
  const unfinished = join(dirname(path), `.${basename(path)}.${Deno.pid}-${written++}${UNFINISHED}`);
  try {
    try {
      using file = await Deno.open(unfinished, { write: true, createNew: true });
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      // Without this, a crash after the rename may lose the data.
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
 * Removes the temporary files that killed processes left in a folder. No other process may be writing there meanwhile.
 *
 * @param folder The folder, without its subfolders. It need not exist.
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
