import { join } from "../../lib/std/path/mod.ts";
import { makeIfMissing } from "../run/disk.ts";
import { ResultsFolder, type ResultsKind } from "../run/results_folder.ts";
import { createFolder, discardFolder } from "../run/run_name.ts";
import type { SweepRun } from "./runs.ts";
import { type Failure, failureShape, type SweepRecord, sweepShape } from "./record.ts";

const kind: ResultsKind<SweepRecord, Failure> = {
  what: "sweep",
  doing: "is making this sweep",
  recordFile: "sweep.json",
  recordShape: sweepShape,
  resultShape: () => failureShape,
  // The last failure of a run replaces those before.
  keyOf: ({ run }) => `${run}`,
};

/**
 * The folder of a sweep, `runs/sweep/NAME/`. To its runs it is the folder from which they were started, so that they lie in
 * `runs/sweep/NAME/runs/TASK/`, and may write nowhere else.
 */
export class SweepFolder extends ResultsFolder<SweepRecord, Failure> {
  /** Opens a sweep's folder, or creates it. */
  static async open(path: string): Promise<SweepFolder> {
    const made = await createFolder(path) ?? [];
    await makeIfMissing(join(path, "logs"));
    return new SweepFolder(path, made);
  }

  /** @param made The folders that were created for it, the outermost first; none if there was one before. */
  private constructor(path: string, readonly made: readonly string[]) {
    super(path, kind);
  }

  /** Removes it, and the folders above it that were made for it, if there was none before and it has no runs. */
  async discard(): Promise<void> {
    const names = (await Array.fromAsync(Deno.readDir(this.path))).map(({ name }) => name);
    if (this.made.length === 0 || names.includes("runs")) return;
    await discardFolder(this.path, this.made);
  }

  /**
   * Reads the record of a sweep; undefined if it has not been written yet.
   *
   * @throws {UserError} If the file is not a valid record.
   */
  static readRecord(path: string): Promise<SweepRecord | undefined> {
    return ResultsFolder.recordIn(path, kind);
  }

  /** The folder of a run. */
  runPath(task: string, { name }: Pick<SweepRun, "name">): string {
    return join(this.path, "runs", task, name);
  }

  /** The file with what a run printed. */
  logPath({ number }: Pick<SweepRun, "number">): string {
    return join(this.path, "logs", `${number}.log`);
  }
}
