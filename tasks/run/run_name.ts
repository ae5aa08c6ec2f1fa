/**
 * Names of runs, and the making of their folders.
 *
 * @module
 */

import { dirname } from "node:path";

/** No separators, no spaces, no leading dot or dash: safe in paths, shells and web addresses. */
const SAFE = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/**
 * Checks that a name can be one part of a path everywhere.
 *
 * @param what What is named, for the error.
 * @param name The name.
 * @returns The name.
 * @throws {Error} If it is empty, too long or has other characters than letters, digits, `.`, `_`, `-`.
 */
export function checkName(what: string, name: string): string {
  if (SAFE.test(name)) return name;
  throw new Error(
    `${what}: expected 1 to 128 letters, digits, ".", "_" or "-", not beginning with "." or "-", ` +
      `found ${JSON.stringify(name)}.`,
  );
}

/**
 * The name of a run that was given none: the local date and time, `2026-11-24-084512`. Names sort by time.
 *
 * @param time The time.
 */
export function timeName(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${date}-${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
}

/**
 * Makes a folder and those above it.
 *
 * @param path The folder.
 * @returns False if something of that name is there already.
 * @throws {Error} If it cannot be made; folders made above it are gone again.
 */
export async function createFolder(path: string): Promise<boolean> {
  const made: string[] = [];
  try {
    for (const folder of await missingAbove(path)) {
      if (await makeOne(folder)) made.push(folder);
    }
    return await makeOne(path);
  } catch (cause) {
    // Not recursively: a folder in which another process has made its own meanwhile stays.
    for (const folder of made.reverse()) await Deno.remove(folder).catch(() => {});
    throw new Error(`${path}: the folder cannot be made: ${(cause as Error).message}.`, { cause });
  }
}

/** Folders above a path that do not exist, outermost first. */
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

async function makeOne(folder: string): Promise<boolean> {
  try {
    await Deno.mkdir(folder);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}
