import { join } from "node:path";
import { cannotWrite } from "./atomic.ts";
import { isDiskError, rename, systemReason } from "./disk.ts";
import { checkNoLinks } from "./links.ts";
import { UserError } from "../shell/user_error.ts";

/** The file in a folder that is locked by default. It holds the number of the process that locked it last. */
const LOCK = ".lock";

/**
 * Keeps other processes from changing a folder. The system ends the lock together with the process that took it, however that ends, so
 * a lock never stays behind.
 */
export class FolderLock implements Disposable {
  #isOpen = true;

  private constructor(readonly folder: string, readonly file: Deno.FsFile, readonly name: string) {}

  /**
   * Locks a folder until the result is disposed of or this process ends.
   *
   * @param doing What the other process is doing then, and what can be done, for the error message: "is making this comparison; wait for it to end".
   * @param name The file that is locked. Locks of different names have nothing to do with each other.
   * @throws {UserError} If another process has locked it, or it cannot be locked.
   */
  static async take(folder: string, doing: string, name: string = LOCK): Promise<FolderLock> {
    const lock = await FolderLock.tryTake(folder, name);
    if (lock !== undefined) return lock;
    throw new UserError(`${folder}: ${await ownerOf(folder, name)} ${doing}.`);
  }

  /**
   * Locks a folder, or returns undefined if another process has locked it.
   *
   * @throws {UserError} If the folder or the file that is locked is a link or something else, or cannot be written.
   */
  static async tryTake(folder: string, name: string = LOCK): Promise<FolderLock | undefined> {
    await checkLockable(folder, name);
    const file = await Deno.open(join(folder, name), { create: true, write: true }).catch((cause) => {
      throw new UserError(`${folder}: cannot be locked for writing: ${systemReason(cause)}.`, { cause });
    });
    try {
      if (!await tryTwice(file)) {
        file.close();
        return undefined;
      }
    } catch (error) {
      const reason = (error as Error).message;
      console.error(
        `${folder}: expected a file system with locks, found one without (${reason}): start only one process here.`,
      );
    }
    const lock = new FolderLock(folder, file, name);
    try {
      await file.truncate();
      await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
    } catch (error) {
      // The number is only for messages of other processes, so that a full disk keeps nobody from the lock.
      if (isDiskError(error)) return lock;
      lock[Symbol.dispose]();
      throw cannotWrite(join(folder, name), error);
    }
    return lock;
  }

  /** Whether a process has locked a folder. It changes nothing, so that a folder without a lock file gets none. */
  static async isTaken(folder: string, name: string = LOCK): Promise<boolean> {
    const path = join(folder, name);
    if (!(await Deno.lstat(path).catch(() => undefined))?.isFile) return false;
    using file = await Deno.open(path);
    // A shared lock, which ends with the file.
    return !(await file.tryLock(false).catch(() => true));
  }

  /**
   * Checks that the locked folder is still where it was, so that nothing is written to a folder that took its place.
   *
   * @param what What is in the folder, for the error message.
   * @throws {UserError} If it was removed, renamed, or replaced by another.
   */
  check(what: string): void {
    if (this.isInPlace) return;
    throw new UserError(
      `${this.folder}: expected the folder of the ${what}, which is being written, but it was removed or renamed meanwhile.`,
    );
  }

  /** Whether the locked folder is still where it was. */
  get isInPlace(): boolean {
    try {
      const [locked, there] = [this.file.statSync(), Deno.statSync(join(this.folder, this.name))];
      return locked.ino === there.ino && locked.dev === there.dev;
    } catch {
      return false;
    }
  }

  /** Renames the locked folder, which stays locked, within its parent. */
  async rename(path: string): Promise<FolderLock> {
    // Windows does not rename a folder in which a file is open.
    if (Deno.build.os === "windows") this[Symbol.dispose]();
    await rename(this.folder, path);
    if (Deno.build.os === "windows") return await FolderLock.take(path, "has locked it", this.name);
    return new FolderLock(path, this.file, this.name);
  }

  /** Ends the lock. It may be ended more than once. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.file.close();
  }
}

/** How long a process that only looks whether a folder is locked holds a lock of its own, at most, in milliseconds. */
const A_LOOK = 20;

/** Locks a file, also where another process is just looking whether it is locked. */
async function tryTwice(file: Deno.FsFile): Promise<boolean> {
  if (await file.tryLock(true)) return true;
  await new Promise((resolve) => setTimeout(resolve, A_LOOK));
  return await file.tryLock(true);
}

/** Checks that opening the file to be locked changes nothing else, and returns at once, which that of a pipe would not. */
async function checkLockable(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  checkNoLinks(folder, path);
  const found = await Deno.lstat(path).catch(() => undefined);
  if (found !== undefined && !found.isFile) throw new UserError(`${path}: expected a file, found something else.`);
}

async function ownerOf(folder: string, name: string): Promise<string> {
  const text = await Deno.readTextFile(join(folder, name)).catch(() => "");
  return /^\d+\n$/.test(text) ? `process ${text.trim()}` : "another process";
}
