import { join } from "@std/path";
import { writeWhole } from "../run/atomic.ts";
import { fromJson, toJson } from "../run/json.ts";
import { appendLine, readMetrics, repairMetrics } from "../run/metrics_file.ts";
import { createFolder } from "../run/run_name.ts";
import { UserError } from "../shell/user_error.ts";
import type { AdapterDescription } from "../../lib/gpu/adapter.ts";
import type { Quality } from "../training/training_input.ts";
import type { SearchedSchedule } from "./halving.ts";
import type { PairPace } from "./pair_pace.ts";
import type { Settings } from "./settings.ts";

const RECORD = "comparison.json";
const RESULTS = "results.jsonl";
const LOCK = ".lock";

/** The settings of a comparison, what its results depend on, and the speeds measured before its first run. */
export interface ComparisonRecord {
  readonly settings: Settings;
  /** The command that repeats the comparison. */
  readonly command: string;
  readonly quality: Quality;
  readonly adapter: AdapterDescription;
  readonly kernels: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  /** The speed of each pair, by the pair's name. */
  readonly paces: Readonly<Record<string, PairPace>>;
}

/** A finished run: one line of `results.jsonl`. */
export interface RunRecord {
  /** The name of the run; for a final run also that of its folder in `runs`. */
  readonly id: string;
  readonly phase: "tuning" | "final";
  readonly activation: string;
  readonly optimizer: string;
  /** Index of the input. */
  readonly input: number;
  readonly seed: number;
  /** Index of the trial's length; tuning only. */
  readonly rung?: number;
  /** The learning rate in half decades from the default one; tuning only. */
  readonly exponent?: number;
  readonly learningRate: number;
  readonly schedule: string;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** Training time, synchronised with the device, without compilation and evaluation. */
  readonly seconds: number;
  /** The number of Hessian-vector products. */
  readonly hvps: number;
  /** The step at which the loss, a parameter or the result was not finite. */
  readonly divergedAt?: number;
  /** Whether this run was repeated because other load had disturbed it; final runs only. */
  readonly repeated?: boolean;
  /** The last measurement; empty if the run diverged. */
  readonly figures: Readonly<Record<string, number>>;
}

/** The record of a run of tuning. */
export type TuningRecord = RunRecord & {
  readonly rung: number;
  readonly exponent: number;
  readonly schedule: SearchedSchedule;
};

/** The folder of a comparison, `runs/compare/NAME/`. */
export class ComparisonFolder {
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
    let record: Partial<ComparisonRecord>;
    try {
      record = fromJson(await Deno.readTextFile(file)) as Partial<ComparisonRecord>;
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) return undefined;
      throw new UserError(
        `${file}: expected a comparison's record, but it cannot be read: ${(cause as Error).message}.`,
        {
          cause,
        },
      );
    }
    const { settings, quality, adapter, versions, paces } = record ?? {};
    for (const [name, part] of Object.entries({ settings, quality, adapter, versions, paces })) {
      if (typeof part === "object" && part !== null) continue;
      throw new UserError(`${file}: expected a comparison's record, but it has no ${name}.`);
    }
    return record as ComparisonRecord;
  }

  /**
   * Locks the comparison against other processes until the result is disposed of or this process ends. It also repairs the file of
   * results if an earlier process was killed while writing.
   *
   * @throws {UserError} If another process has locked it.
   */
  async lock(): Promise<Disposable> {
    const file = await Deno.open(join(this.path, LOCK), { create: true, write: true });
    if (await file.tryLock(true)) {
      // Only now, because without the lock another process may be writing a line.
      await repairMetrics(join(this.path, RESULTS));
      return file;
    }
    file.close();
    throw new UserError(
      `${this.path}: another process is making this comparison; wait for it to end, or choose another --name.`,
    );
  }

  /** Writes the record of the comparison. */
  async writeRecord(record: ComparisonRecord): Promise<void> {
    await writeWhole(join(this.path, RECORD), `${toJson(record, 2)}\n`);
  }

  /** Appends a finished run to the file of results. */
  append(record: RunRecord): void {
    appendLine(join(this.path, RESULTS), toJson(record));
  }

  /** The finished runs in the order in which they were first made. A repetition replaces the run that it repeats. */
  async results(): Promise<RunRecord[]> {
    const records = await readMetrics(join(this.path, RESULTS)) as unknown as RunRecord[];
    return [...new Map(records.map((record) => [record.id, record])).values()];
  }

  /** The folder of a final run. */
  runPath(id: string): string {
    return join(this.path, "runs", id);
  }

  /** Writes a file to the comparison's folder. */
  async write(name: string, content: string): Promise<void> {
    await writeWhole(join(this.path, name), content);
  }
}
