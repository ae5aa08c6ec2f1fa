import type { PageRecord } from "../run/page/model.ts";
import type { RunFolder } from "../run/run_folder.ts";
import type { RunTotals } from "./earlier_run.ts";
import type { Figures } from "./training_input.ts";

/** What the measurements of a run say about it, when it is resumed. */
export interface EarlierRecords {
  /** The measurements that count. */
  readonly counted: readonly (PageRecord & { readonly step: number })[];
  /** The step of the last one, if it counts. */
  readonly evaluated?: number;
  /** The training time and Hessian-vector products until the last one. */
  readonly totals: RunTotals;
  /** The figures of the last one. */
  readonly figures: Figures;
}

/** What a record has besides figures. */
const OTHERS = new Set(["step", "epoch", "seconds", "hvps", "deviceLosses", "aboveLimit", "stopped"]);

/** Reads the measurements of a run up to a step, and removes those that the run will make again. */
export async function readEarlierRecords(folder: RunFolder, step: number): Promise<EarlierRecords> {
  const records = (await folder.readMetrics()).filter((record) => record.step <= step);
  const counted = records.filter(({ stopped }) => stopped !== true);
  // An interruption adds a measurement that the run without it would not have.
  await folder.truncateMetrics((record) => record.step <= step && record.stopped !== true);
  const last = records.at(-1);
  const totals = { seconds: Number(last?.seconds ?? 0), hvps: Number(last?.hvps ?? 0) };
  const figures = Object.entries(last ?? {}).filter(([name]) => !OTHERS.has(name));
  return {
    counted,
    evaluated: last !== undefined && last.stopped !== true ? last.step : undefined,
    totals,
    figures: Object.fromEntries(figures.map(([name, value]) => [name, Number(value)])),
  };
}
