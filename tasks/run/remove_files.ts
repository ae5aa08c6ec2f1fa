import { join } from "node:path";
import { UserError } from "../shell/user_error.ts";
import { isUnfinished } from "./atomic.ts";
import { remove } from "./disk.ts";

/**
 * Removes a folder with files of one kind, so that nothing is lost that a user has put there. It is no error if it does not exist.
 *
 * @param path The folder.
 * @param kind The names of the files.
 * @throws {UserError} If there is anything else in it; then nothing is removed.
 */
export async function removeFilesOf(path: string, kind: RegExp): Promise<void> {
  const found = await Deno.lstat(path).catch(() => undefined);
  if (found === undefined) return;
  const entries = found.isDirectory ? await Array.fromAsync(Deno.readDir(path)) : undefined;
  const other = entries?.find(({ name, isFile }) => !isFile || !kind.test(name) && !isUnfinished(name));
  if (entries === undefined || other !== undefined) {
    throw new UserError(
      `${path}: expected a folder with results of an earlier call only, which are replaced, found ${
        other === undefined ? "something else" : JSON.stringify(other.name)
      }; move it elsewhere.`,
    );
  }
  for (const { name } of entries) await remove(join(path, name));
  await remove(path);
}
