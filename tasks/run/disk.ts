/**
 * Changes of files. Everything that a run or a comparison changes on the disk goes through this module, so that tests can see every change,
 * and try what is left when the machine stops between two of them.
 *
 * @module
 */

import { dirname } from "node:path";

/** A change of files. */
export type Change =
  /** A new folder. */
  | { readonly kind: "make folder"; readonly path: string }
  /** A new file with its content. */
  | { readonly kind: "write"; readonly path: string; readonly bytes: Uint8Array }
  /** More content at the end of a file, which may be new. */
  | { readonly kind: "append"; readonly path: string; readonly bytes: Uint8Array }
  /** The content of a file is on the disk from now on. */
  | { readonly kind: "sync"; readonly path: string }
  /** The names in a folder are on the disk from now on. */
  | { readonly kind: "sync folder"; readonly path: string }
  /** A file or a folder gets another name; a file of that name, or an empty folder, is replaced. */
  | { readonly kind: "rename"; readonly path: string; readonly to: string }
  /** A file, a link or an empty folder is removed. */
  | { readonly kind: "remove"; readonly path: string };

let watcher: (change: Change) => void = () => {};

/**
 * Shows every change to a function before it is made, until the result is disposed of. If the function throws, the change is not made
 * and fails with that error.
 */
export function watchDisk(watch: (change: Change) => void): Disposable {
  const before = watcher;
  watcher = watch;
  return { [Symbol.dispose]: () => watcher = before };
}

/** What the system calls the errors of a disk on which there is no room. */
const FULL = ["ENOSPC", "EDQUOT"];

/**
 * What the system calls the errors of a disk that is full, fails or is protected, which may pass: a file may grow no further, the disk is
 * away, or somebody has taken the permission to write.
 */
const DISK_ERRORS = [...FULL, "EFBIG", "EIO", "EROFS", "ESTALE", "EACCES", "EPERM"];

/** Whether an error, or its cause, says that the disk is full, fails or is protected. */
export function isDiskError(error: unknown): boolean {
  return hasCode(error, DISK_ERRORS);
}

/** Whether an error, or its cause, says that there is no room on the disk. */
export function isFull(error: unknown): boolean {
  return hasCode(error, FULL);
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  if (!(error instanceof Error)) return false;
  return codes.includes(String((error as Error & { code?: unknown }).code)) || hasCode(error.cause, codes);
}

/** Why the system refused something, in its words without its number and its call: `Permission denied`. */
export function systemReason(error: unknown): string {
  return (error as Error).message.replace(/ \(os error \d+\).*$/s, "");
}

/** Makes a folder whose parent exists, unless there is something of that name, and syncs the parent. Returns whether it was made. */
export async function makeIfMissing(path: string): Promise<boolean> {
  watcher({ kind: "make folder", path });
  try {
    await Deno.mkdir(path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
}

/** Writes a new file and syncs it. Throws `AlreadyExists` if there is something of that name. */
export async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  watcher({ kind: "write", path, bytes });
  using file = await Deno.open(path, { write: true, createNew: true });
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
  watcher({ kind: "sync", path });
  await file.sync();
}

/** Appends to a file, which may be new, and syncs it. If that fails, the file is as it was before. */
export function append(path: string, bytes: Uint8Array): void {
  watcher({ kind: "append", path, bytes });
  using file = Deno.openSync(path, { append: true, create: true });
  const { size } = file.statSync();
  try {
    for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    watcher({ kind: "sync", path });
    file.syncSync();
  } catch (error) {
    file.truncateSync(size);
    throw error;
  }
  if (size === 0) syncFolderNow(dirname(path));
}

/** Renames a file or a folder within its folder, and syncs that folder. */
export async function rename(path: string, to: string): Promise<void> {
  watcher({ kind: "rename", path, to });
  await Deno.rename(path, to);
  await syncFolder(dirname(to));
}

/** Removes a file, a link or an empty folder. The removal is not synced: after a power cut it may be there again. */
export async function remove(path: string): Promise<void> {
  watcher({ kind: "remove", path });
  await Deno.remove(path);
}

async function syncFolder(path: string): Promise<void> {
  watcher({ kind: "sync folder", path });
  // Windows has no way to sync a folder, and does not need one.
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path, { read: true });
  await folder.sync();
}

function syncFolderNow(path: string): void {
  watcher({ kind: "sync folder", path });
  if (Deno.build.os === "windows") return;
  using folder = Deno.openSync(path, { read: true });
  folder.syncSync();
}
