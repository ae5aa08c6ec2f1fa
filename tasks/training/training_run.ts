import { basename } from "@std/path";
import type { Field } from "../../lib/field/field.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import { convergenceSvg } from "../run/convergence_plot.ts";
import { createRunFolder, type NewRunOptions } from "../run/new_run.ts";
import { stepCheckpointName } from "../run/checkpoints.ts";
import { RunFolder } from "../run/run_folder.ts";
import { encodeCheckpoint } from "../../lib/train/checkpoint.ts";
import { DivergenceError } from "../../lib/train/divergence.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { ProgressLine } from "../shell/progress.ts";
import { checkpointSpread } from "./checkpoint_spread.ts";
import type { RunTotals } from "./earlier_run.ts";
import { beginClosing, soonAfter, unlessStopped } from "./closing.ts";
import { networkName } from "./network_choice.ts";
import { runConfig } from "./run_config.ts";
import { runSummary } from "./run_summary.ts";
import type { RunLength } from "./run_length.ts";
import type { Rollback } from "./rollback.ts";
import { formatQuality, StatusLine } from "./status_line.ts";
import type { Figures, Summary, TrainingInput } from "./training_input.ts";
import { onWriteError } from "./write_errors.ts";

/** Settings of a run that is one of many, such as those of a comparison. */
interface RunHabits {
  /** The progress line, which all runs share. */
  readonly progress: ProgressLine;
  /** The text in front of what the run shows on the progress line. */
  readonly prefix: string;
  /** The longest training time between two evaluations, in seconds. */
  readonly evaluationInterval: number;
}

/** What a run is made of. */
export interface RunParts {
  /** The name of the task. */
  readonly task: string;
  /** The run's folder, or where that of a new run will be: it is made when the run can be resumed. */
  readonly folder: RunFolder | NewRunOptions;
  /** How many steps the run has. */
  readonly length: RunLength;
  /** What the run trains on. */
  readonly input: TrainingInput;
  /** The field that is trained. */
  readonly field: Field;
  /** The optimizer of the field's parameters. */
  readonly optimizer: Optimizer;
  /** Stops measurements during training, if they do not end within a few seconds. */
  readonly signal: AbortSignal;
  /** Seconds of training after which a run without more frequent evaluations writes a checkpoint; 60 by default. */
  readonly secondsBetweenCheckpoints?: number;
  /** When the run went back to an earlier checkpoint; never by default. */
  readonly rollbacks?: readonly Rollback[];
  /** How often the device was lost. */
  readonly deviceLosses?: number;
  /** The number of processes that train the field together; 1 by default. */
  readonly processes?: number;
  /** What a resumed run had spent on training, if its checkpoint tells; otherwise its last measurement does. */
  readonly spent?: RunTotals;
  /**
   * Settings of a run that is one of many. Such a run writes figures and the task's own files, but no checkpoints and no plot, and prints
   * little.
   */
  readonly habits?: RunHabits;
}

/** How a run ended. */
interface RunOutcome {
  /** The figures of the last measurement, including the closing ones. */
  readonly figures: Summary;
  readonly steps: number;
  /** The training time. */
  readonly seconds: number;
  /** The number of Hessian-vector products. */
  readonly hvps: number;
}

/** Writes the folder of one run and shows its progress. */
export class TrainingRun implements Disposable {
  readonly #progress: ProgressLine;
  readonly #status: StatusLine;
  /** Stops measurements during training. */
  readonly #patience: AbortSignal;
  #folder?: RunFolder;
  /** Training time and Hessian-vector products before the run was resumed. */
  #earlier: RunTotals = { seconds: 0, hvps: 0 };
  #last?: TrainEvent;
  #figures: Figures = {};
  #evaluations = 0;
  #evaluated = { step: -1, seconds: 0 };
  /** The last checkpoint: its step, the training time in this process until then, and how long it took to write. */
  #saved = { step: 0, seconds: 0, took: 0 };

  constructor(readonly parts: RunParts) {
    const { folder, habits, signal } = parts;
    this.#patience = soonAfter(signal);
    if (folder instanceof RunFolder) this.#folder = folder;
    this.#progress = habits?.progress ?? new ProgressLine();
    this.#status = new StatusLine(parts);
  }

  /** Reads the records of an interrupted run, which continues from there, and removes those that it will write again. */
  async begin(): Promise<void> {
    const { step } = this.parts.optimizer.counters;
    this.#saved.step = step;
    if (this.#folder === undefined) return;
    const records = (await this.#folder.readMetrics()).filter((record) => record.step <= step);
    // An interruption adds a measurement that the run without it would not have.
    await this.#folder.truncateMetrics((record) => record.step <= step && record.stopped !== true);
    this.#evaluations = records.filter(({ stopped }) => stopped !== true).length;
    const last = records.at(-1);
    this.#earlier = this.parts.spent ?? { seconds: Number(last?.seconds ?? 0), hvps: Number(last?.hvps ?? 0) };
    if (last === undefined) return;
    const { step: evaluated, epoch: _, seconds: __, hvps: ___, deviceLosses: ____, stopped, ...figures } = last;
    if (stopped !== true) this.#evaluated.step = evaluated;
    this.#figures = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value)]));
  }

  /** Ends the progress line, so that the next message starts on a line of its own. */
  [Symbol.dispose](): void {
    if (this.parts.habits === undefined) this.#progress.finish();
    this.#folder?.[Symbol.dispose]();
  }

  /** The run's folder, which exists from the start of training on. */
  get folder(): RunFolder {
    if (this.#folder === undefined) throw new Error("run: expected a folder, found none: training has not started.");
    return this.#folder;
  }

  /** Shows an event and records it. */
  async handle(event: TrainEvent): Promise<void> {
    this.#last = event;
    if (event.type === "start") await this.#open();
    const { evaluationInterval = Infinity } = this.parts.habits ?? this.parts.input;
    const due = event.seconds - this.#evaluated.seconds >= evaluationInterval;
    if (event.type === "epoch" || event.type === "progress" && due) await this.#evaluate(event, this.#patience);
    else if (event.type === "progress" && this.#isSaveDue(event)) await this.#save(event, true);
    if (event.losses.length > 0) {
      this.#progress.update(`${this.parts.habits?.prefix ?? ""}${this.#status.text(event, this.#figures)}`);
    }
  }

  /** Writes the results of a finished or interrupted run and prints where they are. */
  async finish(signal: AbortSignal): Promise<RunOutcome> {
    const { folder } = this;
    const { input, habits } = this.parts;
    const event = this.#last!;
    const { aborted } = event;
    if (habits === undefined) this.#progress.finish();
    if (aborted && habits === undefined) {
      // The checkpoint comes first, because whoever stopped the run may not wait for the measurements.
      if (event.step !== this.#saved.step || event.step === 0) await this.#save(event, true);
      console.log(`Stopped at step ${event.step}. To go on: ${this.#again}`);
    }
    const concluded = await this.#conclude(event, signal);
    if (habits === undefined) this.#progress.finish();
    const figures = { ...this.#figures, ...concluded };
    const totals = this.#totals(event);
    const { deviceLosses = 0 } = this.parts;
    await folder.writeSummary(runSummary(this.parts, { event, totals, figures, deviceLosses }));
    const outcome = { figures, steps: event.step, ...totals };
    if (habits !== undefined) return outcome;
    // Last, because the results must not wait for the package that draws.
    await unlessStopped(this.#plot(), soonAfter(signal));
    console.log(`${formatQuality(input.quality, figures)} after ${event.step} steps; the run is in ${folder.path}`);
    return outcome;
  }

  /** Writes the curve and the summary of a run that diverged. */
  async diverged(divergence: DivergenceError): Promise<void> {
    const [event, { deviceLosses = 0 }] = [this.#last, this.parts];
    if (event === undefined || this.#folder === undefined) return;
    const [totals, figures] = [this.#totals(event), this.#figures];
    await this.#folder.writeSummary(runSummary(this.parts, { event, totals, figures, deviceLosses, divergence }));
    if ((await this.#folder.readMetrics()).length > 0) await this.#plot();
  }

  /** Measures the trained field and writes the results of the task. A run that was stopped does without what takes long. */
  async #conclude(event: TrainEvent, signal: AbortSignal): Promise<Summary> {
    const { folder } = this;
    const { input, field, habits } = this.parts;
    const closing = beginClosing({
      say: (what) => this.#progress.update(`${habits?.prefix ?? ""}${what}`),
      print: (line) => habits === undefined && this.#progress.print(line),
      signal,
      stopped: event.aborted,
      compared: habits !== undefined,
    });
    try {
      if (!await this.#evaluate(event, closing.signal)) closing.signal.throwIfAborted();
      return await input.conclude(field, folder, event, closing);
    } catch (error) {
      if (!closing.signal.aborted) throw error;
      if (event.aborted) {
        closing.print("Results that would have taken longer were left out.");
        return {};
      }
      closing.print(`The run is trained, but its closing measurements were stopped. To make them: ${this.#again}`);
      throw error;
    }
  }

  /** Makes the folder of a new run, and writes what the run needs to be resumed. Before the start, the kernels are not known. */
  async #open(): Promise<void> {
    const { folder } = this.parts;
    const { values: { onWriteError: choice } } = this.parts.input;
    const onError = onWriteError(choice, (line) => this.#progress.print(line), this.parts.signal);
    const fill = async (filled: RunFolder, name: string) => {
      filled.onWriteError = onError;
      await filled.writeConfig(runConfig(this.parts, name));
      await this.parts.input.begin?.(filled);
    };
    if (folder instanceof RunFolder) await fill(folder, basename(folder.path));
    else this.#folder = await createRunFolder(folder, fill);
    this.folder.onWriteError = onError;
    this.folder.spread = checkpointSpread(this.parts.input.values, this.parts.length);
  }

  async #plot(): Promise<void> {
    const { folder } = this;
    const { optimizer } = this.parts;
    const { quality, values } = this.parts.input;
    const points = (await folder.readMetrics()).map((record) => {
      return { step: Number(record.step), seconds: Number(record.seconds), value: Number(record[quality.figure]) };
    });
    try {
      const title = `${basename(folder.path)}: ${networkName(values)}, ${optimizer.spec.name}`;
      await folder.writeFile("convergence.svg", await convergenceSvg(points, title, quality));
    } catch (error) {
      console.error(`convergence.svg could not be drawn: ${(error as Error).message}`);
    }
  }

  /**
   * Measures the field and records the figures, once for each step. An interrupted run is measured outside of the count.
   *
   * @returns Whether it was measured; false if the signal stopped that. Then there is at least a checkpoint.
   */
  async #evaluate(event: TrainEvent, signal: AbortSignal): Promise<boolean> {
    const { input, field, habits } = this.parts;
    const { step, epoch, seconds, aborted: stopped } = event;
    const exceptStop = (error: unknown) => {
      if (!signal.aborted) throw error;
    };
    const figures = await input.measure(field, signal).catch(exceptStop);
    if (step === this.#evaluated.step) return figures !== undefined;
    if (figures === undefined) {
      if (habits === undefined && !stopped) await this.#save(event, true);
      return false;
    }
    // A field may have outputs that are not finite although its parameters are. A PSNR of +∞ is that of a perfect result.
    const value = figures[input.quality.figure];
    if (Number.isNaN(value) || value === -Infinity) throw new DivergenceError({ step, quantity: "output" });
    this.#evaluated = { step, seconds };
    this.#figures = figures;
    const { seconds: total, hvps } = this.#totals(event);
    const { deviceLosses = 0 } = this.parts;
    const lost: Figures = deviceLosses > 0 ? { deviceLosses } : {};
    await this.folder.appendMetrics({
      step,
      epoch,
      seconds: total,
      ...figures,
      hvps,
      ...stopped && { stopped },
      ...lost,
    });
    const { snapshotEvery } = input.values;
    if (snapshotEvery !== undefined && !stopped && this.#evaluations++ % snapshotEvery === 0) {
      const name = `snapshots/${stepCheckpointName(step)}`;
      await input.snapshot(field, this.folder, name, signal).catch(exceptStop);
    }
    // One that was stopped has its checkpoint already.
    if (habits === undefined && !stopped) await this.#save(event, false);
    return true;
  }

  /** Whether the last checkpoint is so long ago that an interim one is due. Writing takes at most 1/60 of the training time. */
  #isSaveDue({ seconds }: TrainEvent): boolean {
    const { habits, secondsBetweenCheckpoints: asked = Math.max(60, 60 * this.#saved.took) } = this.parts;
    return habits === undefined && seconds - this.#saved.seconds >= asked;
  }

  /** Writes a checkpoint. One between evaluations also has what was spent on training, which otherwise the measurement has. */
  async #save(event: TrainEvent, interim: boolean): Promise<void> {
    const { field, optimizer } = this.parts;
    const begin = performance.now();
    const { seconds, hvps } = this.#totals(event);
    const notes = { seconds: String(seconds), hvps: String(hvps) };
    const bytes = await encodeCheckpoint(field, optimizer, interim ? notes : {});
    await this.folder.writeCheckpoint(stepCheckpointName(event.step, interim), bytes);
    this.#saved = { step: event.step, seconds: event.seconds, took: (performance.now() - begin) / 1000 };
  }

  /** The command that goes on with the run. */
  get #again(): string {
    const { task, processes } = this.parts;
    const start = processes === undefined ? "deno task" : `mpirun -n ${processes} deno task mpi`;
    return `${start} ${task} --resume ${this.folder.path}`;
  }

  /** Training time and Hessian-vector products of the whole run so far. */
  #totals({ seconds, hvps }: TrainEvent): RunTotals {
    return { seconds: this.#earlier.seconds + seconds, hvps: this.#earlier.hvps + hvps };
  }
}
