import { join } from "../../lib/std/path/mod.ts";
import { ResultsFolder, type ResultsKind } from "../run/results_folder.ts";
import { checkName, createFolder } from "../run/run_name.ts";
import {
  type ComparisonRecord,
  comparisonShape,
  type EngineComparison,
  engineShape,
  finishedShape,
  type RunRecord,
  runShape,
  storedShape,
} from "./record.ts";

const kind: ResultsKind<ComparisonRecord, RunRecord> = {
  what: "comparison",
  doing: "is making this comparison",
  recordFile: "comparison.json",
  recordShape: comparisonShape,
  resultShape: runShape,
  // A repetition replaces the run that it repeats.
  keyOf: ({ id }) => id,
};

/** Results are written for readers only, because they follow from the folders of the runs. */
const engineKind: ResultsKind<EngineComparison, RunRecord> = {
  ...kind,
  recordShape: engineShape,
  resultShape: () => finishedShape,
};

/** The folder of a comparison whose runs an engine makes. */
export class EngineComparisonFolder extends ResultsFolder<EngineComparison, RunRecord> {
  /** Uses an existing folder without checking it. */
  constructor(path: string) {
    super(path, engineKind);
  }
}

/** The folder of a comparison, `runs/compare/NAME/`. */
export class ComparisonFolder extends ResultsFolder<ComparisonRecord, RunRecord> {
  /** Opens a comparison's folder, or creates it. */
  static async open(path: string): Promise<ComparisonFolder> {
    await createFolder(path);
    return new ComparisonFolder(path, kind);
  }

  /**
   * Reads the record of a comparison; undefined if it has not been written yet.
   *
   * @throws {UserError} If the file is not a valid record.
   */
  static readRecord(path: string): Promise<ComparisonRecord | undefined> {
    return ResultsFolder.recordIn(path, kind);
  }

  /**
   * Reads the record of a comparison of either kind; undefined if it has not been written yet.
   *
   * @throws {UserError} If the file is not a valid record.
   */
  static readStored(path: string): Promise<ComparisonRecord | EngineComparison | undefined> {
    return ResultsFolder.recordIn(path, { recordFile: kind.recordFile, recordShape: storedShape });
  }

  /** The folder of a final run. */
  runPath(id: string): string {
    this.check();
    return join(this.path, "runs", checkName("name of a run", id));
  }
}
