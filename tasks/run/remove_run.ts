import { basename, dirname } from "../../lib/std/path/mod.ts";
import { checkName } from "./run_name.ts";
import { UserError } from "../shell/user_error.ts";

/**
 * Removes the folder of a run with everything in it. It is no error if it does not exist.
 *
 * @param path The run's folder: a plain name inside a real folder, so that nothing elsewhere is removed by way of a link.
 * @throws {UserError} If the name is not plain, or the run or the folder of all runs is not a folder but a link or a file.
 */
export async function removeRun(path: string): Promise<void> {
  checkName("name of a run", basename(path));
  for (const folder of [dirname(path), path]) {
    const found = await Deno.lstat(folder).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (found === undefined) return;
    if (!found.isDirectory) {
      throw new UserError(`${folder}: expected a folder of runs, found ${found.isSymlink ? "a link" : "a file"}.`);
    }
  }
  await Deno.remove(path, { recursive: true });
}
