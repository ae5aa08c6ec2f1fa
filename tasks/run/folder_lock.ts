import { join } from "node:path";
import { UserError } from "../shell/user_error.ts";

/** The file in a folder that is locked. It holds the number of the process that locked it last. */
const LOCK = ".lock";

/**
 * Keeps other processes from changing a folder. The system ends the lock together with the process that took it, however that ends, so
 * a lock never stays behind.
 */
export class FolderLock implements Disposable {
  #isOpen = true;

  private constructor(readonly folder: string, readonly file: Deno.FsFile) {}

  /**
   * Locks a folder until the result is disposed of or this process ends.
   *
   * @param doing What the other process is doing then, and what can be done, for the error message: "is making this comparison; wait for it to end".
   * @throws {UserError} If another process has locked it.
   */
  static async take(folder: string, doing: string): Promise<FolderLock> {
    const lock = await FolderLock.tryTake(folder);
    if (lock !== undefined) return lock;
    throw new UserError(`${folder}: ${await ownerOf(folder)} ${doing}.`);
  }

  /** Locks a folder, or returns undefined if another process has locked it. */
  static async tryTake(folder: string): Promise<FolderLock | undefined> {
    const file = await Deno.open(join(folder, LOCK), { create: true, write: true });
    try {
      if (!await file.tryLock(true)) {
        file.close();
        return undefined;
      }
    } catch (error) {
      // Some network file systems have no locks.
      console.error(
        `${folder}: expected a file system with locks, found none: let only one process at a time write here.`,
      );
      console.error(`(${(error as Error).message})`);
    }
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
    return new FolderLock(folder, file);
  }

  /** Whether the locked folder is still where it was: neither removed, nor renamed, nor replaced by another. */
  get holds(): boolean {
    try {
      const [locked, there] = [this.file.statSync(), Deno.statSync(join(this.folder, LOCK))];
      return locked.ino === there.ino && locked.dev === there.dev;
    } catch {
      return false;
    }
  }

  /** The same lock after the folder was renamed. */
  renamed(folder: string): FolderLock {
    return new FolderLock(folder, this.file);
  }

  /** Ends the lock. It may be ended more than once. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.file.close();
  }
}

async function ownerOf(folder: string): Promise<string> {
  const text = await Deno.readTextFile(join(folder, LOCK)).catch(() => "");
  return /^\d+\n$/.test(text) ? `process ${text.trim()}` : "another process";
}
