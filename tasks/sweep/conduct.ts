import { fixed } from "../shell/fixed.ts";
import { join } from "../../lib/std/path/mod.ts";
import { counted } from "../shell/counted.ts";
import { formatDuration, type ProgressLine } from "../shell/progress.ts";
import { type FoundRun, qualityOf, readRun } from "../run_list/found_run.ts";
import { UserError } from "../shell/user_error.ts";
import { isFree } from "../run/without_steps.ts";
import { TOO_SHORT } from "../training/deadline.ts";
import type { Engine, Place } from "./engine.ts";
import type { SweepRun } from "./runs.ts";
import { errorIn, logSize } from "./log.ts";
import type { SweepFolder } from "./store.ts";

/** What has become of a run. */
type RunState = Place | "waiting" | "finished" | "diverged" | "failed" | "cancelled";

/** A run with what is known of it. */
export interface RunResult {
  readonly run: SweepRun;
  readonly state: RunState;
  /** What its folder has; undefined before there is one. */
  readonly found?: FoundRun;
  /** Why it failed. */
  readonly reason?: string;
}

/** What a conductor needs. */
interface Parts {
  readonly task: string;
  readonly runs: readonly SweepRun[];
  readonly folder: SweepFolder;
  readonly engine: Engine;
  /** How often a run is started again that failed. */
  readonly retries: number;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
  /** Called when runs have ended. */
  readonly collected: (results: readonly RunResult[]) => Promise<void>;
}

/** Makes all runs of a sweep by an engine: starts those that are not finished, again if they fail, and collects results as they arrive. */
export class Conductor {
  readonly #results = new Map<number, RunResult>();
  readonly #tries = new Map<number, number>();
  /** The bytes that the log of a run had when it was started last, or was first seen. */
  readonly #logged = new Map<number, number>();
  #shown = "";
  /** Whether runs were started, or were found to have been. */
  hasStarted = false;

  constructor(readonly parts: Parts) {}

  /** What is known of the runs, in their order. */
  get results(): readonly RunResult[] {
    return this.parts.runs.map((run) => this.#results.get(run.number) ?? { run, state: "waiting" });
  }

  /** Whether runs were started, or it was tried. */
  get hasTried(): boolean {
    return this.#tries.size > 0;
  }

  /** Makes the runs until all have ended or the signal stops the sweep. */
  async conduct(): Promise<void> {
    const { engine, signal, collected } = this.parts;
    for (let look = 0;; look++) {
      const places = await engine.places();
      const before = this.#ended;
      const due: SweepRun[] = [];
      for (const run of this.parts.runs) {
        if (this.#isOver(run)) continue;
        if (await this.#look(run, places.get(run.number), look === 0)) due.push(run);
      }
      if (look === 0 || this.#ended > before) await collected(this.results);
      this.#show();
      if (this.#ended === this.parts.runs.length || signal.aborted) return;
      if (due.length > 0) await this.#start(due);
      await engine.wait(signal);
      if (signal.aborted) return;
    }
  }

  /** Looks at the folders of all runs that have not ended, after they were stopped. */
  async review(): Promise<void> {
    const places = await this.parts.engine.places();
    for (const run of this.parts.runs) if (!this.#isOver(run)) await this.#look(run, places.get(run.number), true);
    await this.parts.collected(this.results);
  }

  /** Looks at the folder of a run that neither waits nor trains; returns whether it is to be started. */
  async #look(run: SweepRun, place: Place | undefined, silent: boolean): Promise<boolean> {
    if (place !== undefined) {
      this.hasStarted = true;
      await this.#noteTry(run);
      this.#results.set(run.number, { run, state: place });
      return false;
    }
    const found = await this.#find(run);
    if (found?.status === "running") {
      await this.#noteTry(run);
      this.#results.set(run.number, { run, state: "running", found });
      return false;
    }
    if (found?.status === "finished" || found?.status === "diverged") {
      this.#results.set(run.number, { run, state: found.status, found });
      if (!silent) this.parts.progress.print(endText(run, found));
      return false;
    }
    if (found === undefined && await this.#lacksConfig(run)) {
      const path = this.parts.folder.runPath(this.parts.task, run);
      const reason = `its folder has no config.json; to train it anew, delete ${path}`;
      this.#results.set(run.number, { run, state: "failed", reason });
      this.parts.progress.print(`${run.name}: ${reason}`);
      return false;
    }
    this.#results.set(run.number, { run, state: "waiting", found });
    return !this.#tries.has(run.number) || await this.#isTriedAgain(run, found);
  }

  /** Counts the try of a run that an earlier call started. */
  async #noteTry(run: SweepRun): Promise<void> {
    if (this.#tries.has(run.number)) return;
    this.#tries.set(run.number, 1);
    this.#logged.set(run.number, await logSize(this.parts.folder.logPath(run)));
  }

  /** Notes that a run failed; returns whether it is to be started again. */
  async #isTriedAgain(run: SweepRun, found: FoundRun | undefined): Promise<boolean> {
    const { engine, folder, progress, retries, signal } = this.parts;
    const tries = this.#tries.get(run.number)!;
    // A run that was stopped together with the sweep has not failed.
    if (signal.aborted) return false;
    const ending = await engine.ending(run);
    if (typeof ending === "string") {
      this.#results.set(run.number, { run, state: ending, found });
      return false;
    }
    const { kind } = ending;
    if (kind === "ended" && found?.status === "stopped" && run.kept.length > 0) {
      // Its deadline ended it.
      this.#tries.set(run.number, tries - 1);
      progress.print(`${run.name}: ${found.made} of ${found.steps} steps are made; it goes on`);
      return true;
    }
    if (kind === "preempted") this.#tries.set(run.number, tries - 1);
    const log = folder.logPath(run);
    const said = kind === "failed" ? await errorIn(log, this.#logged.get(run.number) ?? 0) : undefined;
    // A deadline that leaves no time for the first step would do so again.
    const isHopeless = !found?.made && said !== undefined && said.includes(TOO_SHORT);
    const again = kind === "preempted" || kind !== "cancelled" && !isHopeless && tries <= retries;
    const reason = said === undefined ? ending.reason : `${ending.reason}: ${said}`;
    folder.append({ run: run.number, tries, reason });
    progress.print(`${run.name}: ${reason}${again ? "; it is started again" : ""}. What it printed is in ${log}`);
    if (!again) {
      this.#results.set(run.number, { run, state: kind === "cancelled" ? "cancelled" : "failed", found, reason });
    }
    return again;
  }

  async #find(run: SweepRun): Promise<FoundRun | undefined> {
    const { folder, task } = this.parts;
    try {
      return await readRun(folder.runPath(task, run), task, run.name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // A file may be incomplete for the moment in which it is copied; what stays so makes the run fail.
      return undefined;
    }
  }

  /** Whether a run has made steps and lost its configuration, so that it can neither go on nor begin. */
  async #lacksConfig(run: SweepRun): Promise<boolean> {
    const { folder, task } = this.parts;
    const path = folder.runPath(task, run);
    const hasConfig = await Deno.lstat(join(path, "config.json")).then(() => true, () => false);
    return !hasConfig && !await isFree(path);
  }

  async #start(due: readonly SweepRun[]): Promise<void> {
    for (const run of due) {
      this.#tries.set(run.number, (this.#tries.get(run.number) ?? 0) + 1);
      this.#logged.set(run.number, await logSize(this.parts.folder.logPath(run)));
    }
    await this.parts.engine.start(due);
    this.hasStarted = true;
  }

  #isOver({ number }: SweepRun): boolean {
    return ["finished", "diverged", "failed", "cancelled"].includes(this.#results.get(number)?.state ?? "");
  }

  get #ended(): number {
    return this.parts.runs.filter((run) => this.#isOver(run)).length;
  }

  /** Shows how many runs are in which state, if that has changed. */
  #show(): void {
    const counts = Map.groupBy(this.results, ({ state }) => state);
    const texts = [...counts].map(([state, each]) => `${each.length} ${state}`);
    const line = `${counted(this.parts.runs.length, "run")}: ${texts.join(", ")}`;
    if (line !== this.#shown) this.parts.progress.update(line);
    this.#shown = line;
  }
}

function endText({ name }: SweepRun, found: FoundRun): string {
  const quality = qualityOf(found);
  const { seconds } = found.summary;
  const time = typeof seconds === "number" ? ` after ${formatDuration(seconds)} of training` : "";
  const figure = quality === undefined ? "" : `, ${quality.label} ${fixed(quality.value, quality.digits)}`;
  return `${name}: ${found.status}${time}${figure}`;
}
