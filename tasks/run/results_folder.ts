import { join } from "node:path";
import { checkShape, type Shape } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { removeUnfinished, writeWhole } from "./atomic.ts";
import { FolderLock } from "./folder_lock.ts";
import { readJson, toJson } from "./json.ts";
import { checkNoLinks, checkNoLinksIn } from "./links.ts";
import { appendLine, readRecords, repairRecords } from "./metrics_file.ts";

const RESULTS = "results.jsonl";

/** What a folder of results is for, and what it holds. */
export interface ResultsKind<R, P> {
  /** What it is called in messages: `comparison`. */
  readonly what: string;
  /** What another process that has locked it is doing: `is making this comparison`. */
  readonly doing: string;
  /** The name of the file with the record. */
  readonly recordFile: string;
  /** The record: the settings, and what else the results depend on. */
  readonly recordShape: Shape<R>;
  /** A result, which is one line of `results.jsonl`. */
  readonly resultShape: (record: R) => Shape<P>;
  /** The key of a result: a later one with the same key replaces it. */
  readonly keyOf: (result: P) => string;
}

/**
 * A folder with results that come one after the other, so that an interrupted command can go on: a record of the settings, `results.jsonl`, and
 * files that are made of these.
 */
export class ResultsFolder<R, P> {
  #lock?: FolderLock;

  /** Uses an existing folder without checking it. */
  constructor(readonly path: string, readonly kind: ResultsKind<R, P>) {}

  /**
   * Reads the record of a folder; undefined if it has not been written yet.
   *
   * @throws {UserError} If the file is not a valid record.
   */
  static async recordIn<R, P>(
    path: string,
    { recordFile, recordShape }: Pick<ResultsKind<R, P>, "recordFile" | "recordShape">,
  ): Promise<R | undefined> {
    const file = join(path, recordFile);
    try {
      return checkShape(await readJson(file), recordShape, file);
    } catch (error) {
      if ((error as Error).cause instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /**
   * Locks the folder against other processes until the result is disposed of or this process ends. It also removes what an earlier process
   * left that was killed while writing.
   *
   * @throws {UserError} If another process has locked it, or there are links in it.
   */
  async lock(): Promise<Disposable> {
    await checkNoLinksIn(this.path);
    this.#lock = await FolderLock.take(
      this.path,
      `${this.kind.doing}; wait for it to end, or choose another --name`,
    );
    // Only now, because without the lock another process may be writing.
    await removeUnfinished(this.path);
    await repairRecords(join(this.path, RESULTS));
    return this.#lock;
  }

  /** Checks that the locked folder is still there. */
  check(): void {
    this.#lock?.check(this.kind.what);
  }

  /** Writes the record. */
  async writeRecord(record: R): Promise<void> {
    await this.write(this.kind.recordFile, `${toJson(record, 2)}\n`);
  }

  /** Appends a result and syncs the file, so that the result stays even after a power cut. */
  append(result: P): void {
    this.check();
    const path = join(this.path, RESULTS);
    checkNoLinks(this.path, path);
    appendLine(path, toJson(result));
  }

  /**
   * The results in the order in which they were first made. One with the key of an earlier one replaces it.
   *
   * @throws {UserError} If the file has others than those that the record allows.
   */
  async results(record: R): Promise<P[]> {
    const { resultShape, keyOf } = this.kind;
    const results = await readRecords(join(this.path, RESULTS), resultShape(record));
    return [...new Map(results.map((result) => [keyOf(result), result])).values()];
  }

  /** Writes a file to the folder. */
  async write(name: string, content: Uint8Array | string): Promise<void> {
    this.check();
    const path = join(this.path, name);
    checkNoLinks(this.path, path);
    await writeWhole(path, content);
  }
}

/**
 * Checks that a command goes on with what it began.
 *
 * @param what What the folder holds, for the message.
 * @throws {UserError} If the settings differ.
 */
export function checkSameSettings(path: string, earlier: object, settings: object, what: string): void {
  if (JSON.stringify(earlier) === JSON.stringify(settings)) return;
  const [before, now] = [earlier, settings].map((each) => JSON.stringify({ ...each, ownFiles: undefined }));
  if (before === now) {
    throw new UserError(
      `${path}: the ${what} in this folder was begun with another text of the files of your own; put that back, or choose another --name.`,
    );
  }
  throw new UserError(`${path}: this folder holds a ${what} with other options; choose another --name.`);
}
