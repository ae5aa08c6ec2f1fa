import { ResultsFolder, type ResultsKind } from "../run/results_folder.ts";
import { createFolder } from "../run/run_name.ts";
import type { Part } from "./part.ts";
import { partKey } from "./part.ts";
import { type CurvatureRecord, curvatureShape, partShape, withRuns } from "./record.ts";

const kind: ResultsKind<CurvatureRecord, Part> = {
  what: "report",
  doing: "is measuring for this report",
  recordFile: "curvature.json",
  recordShape: curvatureShape,
  resultShape: partShape,
  keyOf: partKey,
};

/** The folder of a report, `runs/curvature/NAME/`. */
export class CurvatureFolder extends ResultsFolder<CurvatureRecord, Part> {
  /** Opens a report's folder, or creates it. */
  static async open(path: string): Promise<CurvatureFolder> {
    await createFolder(path);
    return new CurvatureFolder(path, kind);
  }

  /**
   * Reads the record of a report; undefined if it has not been written yet.
   *
   * @throws {UserError} If the file is not a valid record.
   */
  static async readRecord(path: string): Promise<CurvatureRecord | undefined> {
    const record = await ResultsFolder.recordIn(path, kind);
    return record === undefined ? undefined : withRuns(record);
  }
}
