import { join } from "node:path";
import type { PageFile } from "./model.ts";

/** Files in a run's folder: those that processes write at the moment and locks have names with a dot. */
const HIDDEN = /^\./;

/** The most files of a folder that are counted. */
const MOST = 10_000;

/** The files and folders in a run's folder, sorted by name. Links are left out; what vanishes meanwhile is no error. */
export async function folderFiles(path: string): Promise<PageFile[]> {
  const files: PageFile[] = [];
  for (const { name, isFile, isDirectory } of await entriesOf(path)) {
    if (HIDDEN.test(name)) continue;
    if (isFile) files.push({ name, bytes: await sizeOf(join(path, name)) });
    else if (isDirectory) files.push({ name, ...await totalOf(join(path, name)) });
  }
  return files.sort((a, b) => a.name < b.name ? -1 : 1);
}

async function totalOf(path: string): Promise<{ count: number; bytes: number }> {
  let [count, bytes] = [0, 0];
  for (const { name, isFile } of (await entriesOf(path)).slice(0, MOST)) {
    if (!isFile || HIDDEN.test(name)) continue;
    count++;
    bytes += await sizeOf(join(path, name));
  }
  return { count, bytes };
}

async function entriesOf(path: string): Promise<Deno.DirEntry[]> {
  return await Array.fromAsync(Deno.readDir(path)).catch(() => []);
}

async function sizeOf(path: string): Promise<number> {
  return (await Deno.lstat(path).catch(() => undefined))?.size ?? 0;
}
