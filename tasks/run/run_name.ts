/**
 * Names of runs, and the creation of their folders.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { cannotWrite } from "./atomic.ts";
import { makeIfMissing, remove, systemReason } from "./disk.ts";

/** Names without separators, spaces and a leading dot or dash, which are safe in paths, shells and web addresses. */
const SAFE = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/**
 * Checks that a name can be a part of a path on every system.
 *
 * @param what What the name is for, for the error message.
 * @param name The name.
 * @returns The name.
 * @throws {Error} If the name is empty, too long or has other characters than letters, digits, `.`, `_`, `-`.
 */
export function checkName(what: string, name: string): string {
  if (SAFE.test(name)) return name;
  throw new Error(
    `${what}: expected 1 to 128 letters, digits, ".", "_" or "-", not beginning with "." or "-", ` +
      `found ${JSON.stringify(name)}.`,
  );
}

/**
 * The default name of a run: the local date and time, `2026-11-24-084512`. Names sort by time.
 *
 * @param time The time.
 */
export function timeName(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${date}-${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
}

/**
 * Creates a folder and those above it.
 *
 * @param path The folder.
 * @param shown What it is called in an error message, if its name is for a while only.
 * @returns The folders that were created, the outermost first; undefined if a file or folder of that name exists already.
 * @throws {Error} If the folder cannot be created; then those created above it are removed again.
 */
export async function createFolder(path: string, shown = path): Promise<string[] | undefined> {
  const made: string[] = [];
  try {
    for (const folder of await missingAbove(path)) {
      if (await makeIfMissing(folder)) made.push(folder);
    }
    return await makeIfMissing(path) ? [...made, path] : undefined;
  } catch (cause) {
    // The removal is not recursive, so a folder in which another process has created its own meanwhile stays.
    for (const folder of made.reverse()) await remove(folder).catch(() => {});
    throw new Error(`${shown}: the folder cannot be created: ${systemReason(cause)}.`, { cause });
  }
}

/**
 * Checks before long work that a folder can be created, or be written to if it exists. It leaves nothing.
 *
 * @throws {Error} If it cannot.
 */
export async function checkCreatable(path: string): Promise<void> {
  const made = await createFolder(path);
  if (made === undefined) {
    const file = await Deno.makeTempFile({ dir: path, prefix: "." }).catch((cause) => {
      throw cannotWrite(path, cause);
    });
    return await Deno.remove(file);
  }
  for (const folder of made.toReversed()) await remove(folder).catch(() => {});
}

/** Removes a folder with the files in it, and those of the folders made for it that have nothing else in them by now. */
export async function discardFolder(path: string, made: readonly string[]): Promise<void> {
  for await (const { name } of Deno.readDir(path)) await remove(join(path, name));
  for (const folder of made.toReversed()) await remove(folder).catch(() => {});
}

/** The folders above a path that do not exist, the outermost first. */
async function missingAbove(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = dirname(path); dirname(folder) !== folder; folder = dirname(folder)) {
    try {
      await Deno.stat(folder);
      break;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      missing.unshift(folder);
    }
  }
  return missing;
}
