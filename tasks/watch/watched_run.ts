import { basename, join } from "../../lib/std/path/mod.ts";
import { FolderLock } from "../run/folder_lock.ts";
import { qualityIn, type RunQuality } from "../run/quality.ts";
import { fromJson } from "../run/json.ts";
import { printable } from "../../lib/data/scene/printable.ts";
import { anything, checkShape, record } from "../shell/shape.ts";
import { checkChosen } from "../training/config_shape.ts";
import { networkName } from "../training/network_choice.ts";
import { MetricsTail } from "./metrics_tail.ts";

/** The most bytes of a file that is read as one value. */
const LARGEST = 1 << 24;

/** What the table shows of a run. */
export interface RunRow {
  /** The path of the run's folder in the folder that is watched. */
  readonly id: string;
  readonly task: string;
  readonly name: string;
  readonly status: string;
  /** Why the run cannot be shown as others. */
  readonly problem?: string;
  readonly field: string;
  readonly optimizer: string;
  readonly rate?: number;
  readonly schedule: string;
  /** The figure that says how good the run is, and its value. */
  readonly figure?: string;
  readonly quality?: number;
  /** How that figure is shown. */
  readonly qualityForm?: RunQuality;
  readonly step: number;
  readonly steps: number;
  readonly seconds?: number;
  /** When the newest of its files was written, in milliseconds since 1970. */
  readonly date: number;
  /** How many measurements there are, and the generation of the file. */
  readonly measured: readonly [generation: number, lines: number];
  /** When the preview was written; 0 if there is none. */
  readonly preview: number;
}

type Json = Readonly<Record<string, unknown>>;

/** A JSON file that is read again when it has changed. */
class JsonFile {
  content: Json = {};
  exists = false;
  problem?: string;
  /** When it was written, in milliseconds since 1970. */
  time = 0;
  #version = "";

  /**
   * @param check Checks the content, which is shown as far as it can be where it is damaged.
   */
  constructor(readonly path: string, readonly check?: (content: unknown, where: string) => void) {}

  async read(): Promise<void> {
    const info = await Deno.lstat(this.path).catch(() => undefined);
    this.exists = info?.isFile === true;
    this.time = info?.mtime?.getTime() ?? 0;
    const version = `${info?.ino} ${info?.size} ${this.time}`;
    if (version === this.#version) return;
    this.#version = version;
    [this.content, this.problem] = [{}, undefined];
    if (!this.exists) return;
    try {
      if (info!.size > LARGEST) throw new Error(`${basename(this.path)}: expected at most ${LARGEST} bytes.`);
      const value = fromJson(await Deno.readTextFile(this.path), basename(this.path));
      this.content = checkShape(value, record(anything()), basename(this.path));
      this.check?.(value, basename(this.path));
    } catch (error) {
      this.problem = (error as Error).message;
    }
  }
}

/** A run as far as its files say it, read again and again. */
export class WatchedRun {
  readonly metrics: MetricsTail;
  readonly #config: JsonFile;
  readonly #summary: JsonFile;

  constructor(readonly path: string, readonly id: string) {
    this.metrics = new MetricsTail(join(path, "metrics.jsonl"));
    this.#config = new JsonFile(
      join(path, "config.json"),
      (config, where) => checkChosen(config, where, { isWhole: false }),
    );
    this.#summary = new JsonFile(join(path, "summary.json"));
  }

  get config(): Json {
    return this.#config.content;
  }

  get summary(): Json | undefined {
    return this.#summary.exists ? this.#summary.content : undefined;
  }

  /** Reads what has changed. */
  async read(): Promise<RunRow> {
    await Promise.all([this.#config.read(), this.#summary.read(), this.metrics.read()]);
    const [config, summary, last] = [this.config, this.summary, this.metrics.lines.at(-1) ?? {}];
    const options = objectOf(config.options);
    const optimizer = objectOf(config.optimizer);
    const figures = { ...last, ...this.#isEnded && summary };
    const qualityForm = qualityIn(figures);
    const figure = qualityForm?.figure;
    const [preview, written] = await Promise.all(["preview.png", "metrics.jsonl"].map((name) => this.#time(name)));
    return {
      id: this.id,
      task: textOf(config.task),
      name: printable(basename(this.path)),
      status: await this.#status(),
      problem: this.#config.problem ?? this.#summary.problem,
      field: fieldName(options),
      optimizer: textOf(optimizer.name ?? options.optimizer),
      rate: numberOf(optimizer.learningRate),
      schedule: textOf(objectOf(config.schedule).name ?? options.schedule),
      figure,
      quality: figure === undefined ? undefined : numberOf(figures[figure]),
      qualityForm,
      step: numberOf(figures.steps) ?? numberOf(last.step) ?? 0,
      steps: numberOf(config.steps) ?? 0,
      seconds: numberOf(figures.seconds),
      date: Math.max(this.#config.time, this.#summary.time, preview, written),
      measured: [this.metrics.generation, this.metrics.lines.length],
      preview,
    };
  }

  /** Whether the summary is that of the newest steps. */
  get #isEnded(): boolean {
    return this.summary !== undefined && Number(this.summary.steps) >= Number(this.metrics.lines.at(-1)?.step ?? 0);
  }

  async #status(): Promise<string> {
    const status = textOf(this.summary?.status);
    // A run that goes on says so, or has taken the lock after its last summary was written. The lock of others need not be looked at.
    const mayRun = status === "running" || await this.#time(".lock") > this.#summary.time;
    if (mayRun && await FolderLock.isTaken(this.path).catch(() => false)) return "running";
    return this.#isEnded && /^(finished|stopped|diverged|failed)$/.test(status) ? status : "interrupted";
  }

  async #time(name: string): Promise<number> {
    const info = await Deno.lstat(join(this.path, name)).catch(() => undefined);
    return info?.isFile ? info.mtime?.getTime() ?? 0 : 0;
  }
}

function fieldName(options: Json): string {
  const { activation, encoding } = options;
  if (typeof activation !== "string") return "";
  try {
    return printable(networkName({ activation, encoding: typeof encoding === "string" ? encoding : undefined }));
  } catch {
    return printable(activation);
  }
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? value as Json : {};
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? printable(value) : "";
}
