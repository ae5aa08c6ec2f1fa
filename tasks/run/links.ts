/**
 * Checks against symbolic links. A run or a comparison may come from somebody else, and a link in it would let what is written to its folder
 * change files elsewhere.
 *
 * @module
 */

import { join, relative, sep } from "node:path";
import { UserError } from "../shell/user_error.ts";

/**
 * Checks that a folder is no link, nor anything on the way from it to a path below it. What does not exist is no link.
 *
 * @param path The path; by default the folder itself.
 * @throws {UserError} If there is a link, which the message names.
 */
export function checkNoLinks(folder: string, path: string = folder): void {
  const parts = relative(folder, path).split(sep).filter((part) => part !== "");
  for (let depth = 0; depth <= parts.length; depth++) {
    const each = join(folder, ...parts.slice(0, depth));
    if (isLink(each)) throw foundLink(each, folder);
  }
}

/**
 * Checks that a folder is no link and that there are none in it, at any depth. It need not exist.
 *
 * @throws {UserError} If there is a link, which the message names.
 */
export async function checkNoLinksIn(folder: string): Promise<void> {
  checkNoLinks(folder);
  const open = [folder];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    // A folder may be removed meanwhile, such as one of frames.
    const entries = await Array.fromAsync(Deno.readDir(path)).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    });
    const link = entries.find(({ isSymlink }) => isSymlink);
    if (link !== undefined) throw foundLink(join(path, link.name), folder);
    for (const { name, isDirectory } of entries) if (isDirectory) open.push(join(path, name));
  }
}

function foundLink(path: string, folder: string): UserError {
  return new UserError(
    `${path}: expected a file or a folder, found a symbolic link; nothing is written through links, so that only files in ${folder} ` +
      "change.",
  );
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}
