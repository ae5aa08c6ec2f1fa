import { createHash } from "node:crypto";
import { dirname, join } from "../../lib/std/path/mod.ts";
import { list, text } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";

/** What is read of a scene: its own files, and pictures. */
const SCENE_PARTS = /\.(json|npy|bin|txt|png|jpe?g)$/i;

/** A hash of the files of each input, in the order in which they are named. */
export const inputHashesShape = list(
  text({ like: (found) => /^[0-9a-f]{64}$/.test(found), what: "64 hexadecimal digits" }),
);

/**
 * Hashes the files that results are made from, so that a command which goes on later notices that one has changed.
 *
 * @param paths Files, or folders with scenes.
 * @param task Whether the inputs of the task are folders; then a file stands for the folder that it lies in.
 * @returns The SHA-256 of each, in hexadecimal digits.
 * @throws {UserError} If one cannot be read.
 */
export async function inputHashes(
  paths: readonly string[],
  task: { readonly takesFolders?: boolean },
): Promise<readonly string[]> {
  return await Promise.all(paths.map(async (path) => {
    try {
      const { isDirectory } = await Deno.stat(path);
      const folder = isDirectory ? path : task.takesFolders ? dirname(path) : undefined;
      return await hashOf(folder === undefined ? [["", path]] : await partsIn(folder));
    } catch (cause) {
      throw new UserError(`${path}: cannot be read: ${(cause as Error).message}.`, { cause });
    }
  }));
}

/**
 * Checks that a command goes on with the inputs that it began with, as a table of both would compare nothing. Records of earlier versions have
 * no hashes, and go on with any.
 *
 * @param folder Where the results are, for the message.
 * @param began The hashes when it began.
 * @param now The inputs, and their hashes now.
 * @throws {UserError} If one is another than it was.
 */
export function checkSameInputs(
  folder: string,
  began: readonly string[] = [],
  now: { readonly paths: readonly string[]; readonly hashes: readonly string[] },
): void {
  const at = began.findIndex((hash, i) => hash !== now.hashes[i]);
  if (at < 0) return;
  throw new UserError(
    `${now.paths[at]}: expected the content that the results in ${folder} were made from, found another one; ` +
      "put that back, or choose another --name.",
  );
}

/** What a scene may be read from, below a folder, by its path from there. Hidden folders, and those with runs, have nothing of it. */
async function partsIn(folder: string, above = ""): Promise<[name: string, path: string][]> {
  const entries = await Array.fromAsync(Deno.readDir(join(folder, above)));
  const parts = await Promise.all(
    entries.toSorted((a, b) => a.name < b.name ? -1 : 1).map(async (entry): Promise<[string, string][]> => {
      const name = above === "" ? entry.name : `${above}/${entry.name}`;
      const target = entry.isSymlink ? await Deno.stat(join(folder, name)).catch(() => undefined) : entry;
      if (target === undefined) return [];
      if (!target.isDirectory) return SCENE_PARTS.test(entry.name) ? [[name, join(folder, name)]] : [];
      // Links deeper in the tree could lead back.
      const isPassedOver = /^(\..*|runs)$/.test(entry.name) || entry.isSymlink && above !== "";
      return isPassedOver ? [] : await partsIn(folder, name);
    }),
  );
  return parts.flat();
}

async function hashOf(files: readonly (readonly [name: string, path: string])[]): Promise<string> {
  const hash = createHash("sha256");
  for (const [name, path] of files) {
    using file = await Deno.open(path);
    hash.update(`${name}\0`);
    for await (const chunk of file.readable) hash.update(chunk);
    hash.update("\0");
  }
  return hash.digest("hex");
}
