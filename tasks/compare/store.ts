import { join } from "@std/path";
import { writeWhole } from "../run/atomic.ts";
import { fromJson, toJson } from "../run/json.ts";
import { appendLine, mendMetrics, readMetrics } from "../run/metrics_file.ts";
import { createFolder } from "../run/run_name.ts";
import { UserError } from "../shell/user_error.ts";
import type { AdapterDescription } from "../../lib/gpu/adapter.ts";
import type { Quality } from "../training/subject.ts";
import type { SearchedSchedule } from "./halving.ts";
import type { PairPace } from "./pair_pace.ts";
import type { Settings } from "./settings.ts";

const RECORD = "comparison.json";
const RESULTS = "results.jsonl";
const LOCK = ".lock";

/** What a comparison depends on, and was measured before its first run. */
export interface ComparisonRecord {
  readonly settings: Settings;
  /** The command that makes it again. */
  readonly command: string;
  readonly quality: Quality;
  readonly adapter: AdapterDescription;
  readonly kernels: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  /** By pair. */
  readonly paces: Readonly<Record<string, PairPace>>;
}

/** A run that is done: one line of `results.jsonl`. */
export interface RunRecord {
  /** Of a final run also the name of its folder in `runs`. */
  readonly id: string;
  readonly phase: "tuning" | "final";
  readonly activation: string;
  readonly optimizer: string;
  /** Its place among the inputs. */
  readonly input: number;
  readonly seed: number;
  /** Of tuning: which of its lengths. */
  readonly rung?: number;
  /** Of tuning: half decades from the default rate. */
  readonly exponent?: number;
  readonly learningRate: number;
  readonly schedule: string;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** Of training: synchronised, without compilation and evaluation. */
  readonly seconds: number;
  readonly hvps: number;
  /** The step at which something was not finite. */
  readonly divergedAt?: number;
  /** Of a final run: whether it was made again because something had held the device up. */
  readonly repeated?: boolean;
  /** As last measured; none of a run that diverged. */
  readonly figures: Readonly<Record<string, number>>;
}

/** A tuning run's record. */
export type TuningRecord = RunRecord & {
  readonly rung: number;
  readonly exponent: number;
  readonly schedule: SearchedSchedule;
};

/** The folder of a comparison, `runs/compare/NAME/`. */
export class ComparisonFolder {
  private constructor(readonly path: string) {}

  /** Makes a folder, or opens the one that is there; what has been done lies in it. */
  static async open(path: string): Promise<ComparisonFolder> {
    await createFolder(path);
    return new ComparisonFolder(path);
  }

  /** What it is about; undefined when that has not been written yet. */
  static async readRecord(path: string): Promise<ComparisonRecord | undefined> {
    const file = join(path, RECORD);
    let record: Partial<ComparisonRecord>;
    try {
      record = fromJson(await Deno.readTextFile(file)) as Partial<ComparisonRecord>;
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) return undefined;
      throw new UserError(`${file}: a comparison's record expected: ${(cause as Error).message}.`, { cause });
    }
    const { settings, quality, adapter, versions, paces } = record ?? {};
    for (const [name, part] of Object.entries({ settings, quality, adapter, versions, paces })) {
      if (typeof part === "object" && part !== null) continue;
      throw new UserError(`${file}: a comparison's record expected, but it has no ${name}.`);
    }
    return record as ComparisonRecord;
  }

  /**
   * Keeps other processes from working on the comparison until the result is disposed of, or this one ends, and mends what one
   * that was killed left.
   *
   * @throws {UserError} If one does already.
   */
  async lock(): Promise<Disposable> {
    const file = await Deno.open(join(this.path, LOCK), { create: true, write: true });
    if (await file.tryLock(true)) {
      // Not before: another process may be in the midst of a line.
      await mendMetrics(join(this.path, RESULTS));
      return file;
    }
    file.close();
    throw new UserError(
      `${this.path}: another process is making this comparison; wait for it, or choose another --name.`,
    );
  }

  /** Writes what it is about. */
  async writeRecord(record: ComparisonRecord): Promise<void> {
    await writeWhole(join(this.path, RECORD), `${toJson(record, 2)}\n`);
  }

  /** Keeps a run that is done. */
  append(record: RunRecord): void {
    appendLine(join(this.path, RESULTS), toJson(record));
  }

  /** The runs that are done, in the order first made; of one that was repeated the repetition. */
  async results(): Promise<RunRecord[]> {
    const records = await readMetrics(join(this.path, RESULTS)) as unknown as RunRecord[];
    return [...new Map(records.map((record) => [record.id, record])).values()];
  }

  /** The folder of a final run. */
  runPath(id: string): string {
    return join(this.path, "runs", id);
  }

  /** Writes a file of the comparison. */
  async write(name: string, content: string): Promise<void> {
    await writeWhole(join(this.path, name), content);
  }
}
