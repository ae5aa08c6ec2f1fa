import { dirname } from "../../lib/std/path/mod.ts";
import { callerPath } from "./caller_path.ts";
import { UserError } from "./user_error.ts";

/**
 * Checks before long work that a file can be written at its end.
 *
 * @param option The option that names the file, for the error message.
 * @param typed The path as it was typed.
 * @returns The absolute path.
 * @throws {UserError} If the folder does not exist or cannot be written to, or if the path is a folder itself.
 */
export async function writablePath(option: string, typed: string): Promise<string> {
  const path = callerPath(typed);
  const folder = dirname(path);
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: "." }));
  } catch (error) {
    const problem = error instanceof Deno.errors.NotFound ? "does not exist" : `cannot be written to`;
    throw new UserError(`${option}: expected a file in a folder that can be written to, but ${folder} ${problem}.`);
  }
  const isFolder = await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
  if (isFolder) throw new UserError(`${option}: expected a file, found the folder ${path}.`);
  return path;
}
