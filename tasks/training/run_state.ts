import { basename } from "../../lib/std/path/mod.ts";
import type { DivergenceError } from "../../lib/train/divergence.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { createRunFolder } from "../run/new_run.ts";
import { RunFolder } from "../run/run_folder.ts";
import { ProgressLine } from "../shell/progress.ts";
import { checkpointSpread } from "./checkpoint_spread.ts";
import { CheckpointWriter } from "./checkpoint_writer.ts";
import type { RunTotals } from "./earlier_run.ts";
import { LeftOut } from "./left_out.ts";
import { PageWriter } from "./page_writer.ts";
import { concludeCommand, resumeCommand } from "./run_commands.ts";
import { runConfig } from "./run_config.ts";
import { RunMeasurements } from "./run_measurements.ts";
import type { RunParts } from "./run_parts.ts";
import { runSummary } from "./run_summary.ts";
import { TimeLeft } from "./time_left.ts";
import type { Summary } from "./training_input.ts";
import { onWriteError, retried } from "./write_errors.ts";

/** How a run is, for its summary. */
interface Condition {
  /** The figures of the last measurement. */
  readonly figures: Summary;
  readonly divergence?: DivergenceError;
  readonly error?: Error;
  readonly running?: boolean;
}

/** The folder of one run with what is written to it, and how far the run is. */
export class RunState {
  readonly progress: ProgressLine;
  readonly time: TimeLeft;
  readonly checkpoints: CheckpointWriter;
  readonly pages: PageWriter;
  readonly measurements: RunMeasurements;
  readonly leftOut = new LeftOut();
  /** The last event of training. */
  last?: TrainEvent;
  /** Training time and Hessian-vector products before the run was resumed. */
  earlier: RunTotals = { seconds: 0, hvps: 0 };
  #folder?: RunFolder;

  constructor(readonly parts: RunParts) {
    const { folder, habits, progress } = parts;
    if (folder instanceof RunFolder) this.#folder = folder;
    this.progress = habits?.progress ?? progress ?? new ProgressLine();
    this.time = new TimeLeft(parts);
    this.checkpoints = new CheckpointWriter(parts);
    this.pages = new PageWriter(parts);
    this.measurements = new RunMeasurements(this);
  }

  /** The run's folder, if it exists yet. */
  get made(): RunFolder | undefined {
    return this.#folder;
  }

  /** The run's folder, which exists from the start of training on. */
  get folder(): RunFolder {
    if (this.#folder === undefined) throw new Error("run: expected a folder, found none: training has not started.");
    return this.#folder;
  }

  /** Whether training ended before the run's last step. */
  endsEarly({ type, step }: TrainEvent): boolean {
    return type === "end" && step < this.parts.length.steps;
  }

  /** Whether a signal stopped the training, and not the deadline. */
  isStopped({ aborted }: TrainEvent): boolean {
    const { signal, trainingTimeIsOver } = this.parts;
    return aborted && (signal.aborted || !trainingTimeIsOver?.aborted);
  }

  /** Training time and Hessian-vector products of the whole run so far. */
  totals({ seconds, hvps }: TrainEvent): RunTotals {
    return { seconds: this.earlier.seconds + seconds, hvps: this.earlier.hvps + hvps };
  }

  /** What the page of the run shows of an event. */
  moment(event: TrainEvent) {
    return { event, seconds: this.totals(event).seconds };
  }

  /** The command that goes on with the run. */
  get again(): string {
    return resumeCommand(this.parts, this.folder.path);
  }

  /** The command that makes what follows training. */
  get conclusion(): string {
    return concludeCommand(this.parts, this.folder.path);
  }

  /** The content of `summary.json`. */
  summary(event: TrainEvent, condition: Condition) {
    const { deviceLosses = 0 } = this.parts;
    const [totals, leftOut] = [this.totals(event), this.leftOut.names];
    const aborted = this.isStopped(event);
    return runSummary(this.parts, { event, totals, aborted, leftOut, deviceLosses, ...condition });
  }

  /** Writes `summary.json`. */
  async summarize(event: TrainEvent, figures: Summary, divergence?: DivergenceError): Promise<object> {
    const summary = this.summary(event, { figures, divergence });
    await this.folder.writeSummary(summary);
    return summary;
  }

  /** Makes the folder of a new run, and writes what the run needs to be resumed. Before the start, the kernels are not known. */
  async open(): Promise<void> {
    const { folder } = this.parts;
    const { values: { onWriteError: choice } } = this.parts.input;
    const onError = onWriteError(choice, (line) => this.progress.print(line), this.parts.signal);
    const fill = async (filled: RunFolder, name: string) => {
      filled.onWriteError = onError;
      await this.#describe(filled, name);
      await filled.writeSummary(this.summary(this.last!, { figures: this.measurements.figures, running: true }));
    };
    if (folder instanceof RunFolder) await fill(folder, basename(folder.path));
    else this.#folder = await retried(() => createRunFolder(folder, fill), onError);
    this.folder.onWriteError = onError;
    this.folder.spread = checkpointSpread(this.parts.input.values, this.parts.length);
  }

  /** Writes a checkpoint, unless this run is one of many. */
  async save(event: TrainEvent, interim: boolean): Promise<void> {
    if (this.parts.habits !== undefined) return;
    await this.replaceLost();
    await this.checkpoints.write(this.folder, event, interim ? this.totals(event) : undefined);
  }

  /**
   * Notices that somebody has removed a part of the folder while the run trained. What the run needs to be resumed is written again; without
   * its checkpoints it would go on only from the next one.
   */
  async replaceLost(): Promise<void> {
    const { folder } = this;
    const lost = await this.checkpoints.lost();
    if (lost !== undefined) {
      this.progress.print(`${lost}: expected the newest checkpoint, found none: it was removed.`);
    }
    if (await folder.hasConfig()) return;
    this.progress.print(`${folder.path}: expected a config.json, found none: it was removed, and is written again.`);
    await this.#describe(folder, basename(folder.path));
  }

  /** Writes what the run needs to be resumed. */
  async #describe(folder: RunFolder, name: string): Promise<void> {
    await folder.writeConfig(runConfig(this.parts, name));
    await this.parts.input.begin?.(folder);
  }
}
