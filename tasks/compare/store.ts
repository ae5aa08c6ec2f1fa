import { join } from "@std/path";
import { removeUnfinished, writeWhole } from "../run/atomic.ts";
import { FolderLock } from "../run/folder_lock.ts";
import { readJson, toJson } from "../run/json.ts";
import { appendLine, readRecords, repairRecords } from "../run/metrics_file.ts";
import { checkName, createFolder } from "../run/run_name.ts";
import { checkShape } from "../shell/shape.ts";
import { type ComparisonRecord, comparisonShape, type RunRecord, runShape } from "./record.ts";

const RECORD = "comparison.json";
const RESULTS = "results.jsonl";

/** The folder of a comparison, `runs/compare/NAME/`. */
export class ComparisonFolder {
  #lock?: FolderLock;

  private constructor(readonly path: string) {}

  /** Opens a comparison's folder, or creates it. */
  static async open(path: string): Promise<ComparisonFolder> {
    await createFolder(path);
    return new ComparisonFolder(path);
  }

  /**
   * Reads the record of a comparison; undefined if it has not been written yet.
   *
   * @throws {UserError} If the file is not a valid record.
   */
  static async readRecord(path: string): Promise<ComparisonRecord | undefined> {
    const file = join(path, RECORD);
    try {
      return checkShape(await readJson(file), comparisonShape, file);
    } catch (error) {
      if ((error as Error).cause instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /**
   * Locks the comparison against other processes until the result is disposed of or this process ends. It also removes
   * what an earlier process left that was killed while writing.
   *
   * @throws {UserError} If another process has locked it.
   */
  async lock(): Promise<Disposable> {
    this.#lock = await FolderLock.take(
      this.path,
      "is making this comparison; wait for it to end, or choose another --name",
    );
    // Only now, because without the lock another process may be writing.
    await removeUnfinished(this.path);
    await repairRecords(join(this.path, RESULTS));
    return this.#lock;
  }

  /** Writes the record of the comparison. */
  async writeRecord(record: ComparisonRecord): Promise<void> {
    await this.write(RECORD, `${toJson(record, 2)}\n`);
  }

  /** Appends a finished run to the file of results. */
  append(record: RunRecord): void {
    this.#lock?.check("comparison");
    appendLine(join(this.path, RESULTS), toJson(record));
  }

  /**
   * The finished runs in the order in which they were first made. A repetition replaces the run that it repeats.
   *
   * @throws {UserError} If the file has another run than those of this comparison.
   */
  async results(comparison: ComparisonRecord): Promise<RunRecord[]> {
    const records = await readRecords(join(this.path, RESULTS), runShape(comparison));
    return [...new Map(records.map((record) => [record.id, record])).values()];
  }

  /** The folder of a final run. */
  runPath(id: string): string {
    this.#lock?.check("comparison");
    return join(this.path, "runs", checkName("name of a run", id));
  }

  /** Writes a file to the comparison's folder. */
  async write(name: string, content: string): Promise<void> {
    this.#lock?.check("comparison");
    await writeWhole(join(this.path, name), content);
  }
}
