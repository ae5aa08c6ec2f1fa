import { basename } from "../../lib/std/path/mod.ts";
import { createRunFolder } from "../run/new_run.ts";
import { RunFolder } from "../run/run_folder.ts";
import { PageWriter } from "./page_writer.ts";
import { concludeCommand, resumeCommand } from "./run_commands.ts";
import type { DivergenceError } from "../../lib/train/divergence.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { ProgressLine } from "../shell/progress.ts";
import { CheckpointWriter } from "./checkpoint_writer.ts";
import { checkpointSpread } from "./checkpoint_spread.ts";
import type { RunTotals } from "./earlier_run.ts";
import { checkMeasured } from "./loss_limit.ts";
import { ENDING, signalOrDeadline } from "./deadline.ts";
import { readEarlierRecords } from "./earlier_records.ts";
import { beginClosing, soonAfter, unlessCut, unlessStopped } from "./closing.ts";
import { RunMeasurements } from "./run_measurements.ts";
import { runConfig } from "./run_config.ts";
import { runSummary } from "./run_summary.ts";
import { formatQuality, StatusLine } from "./status_line.ts";
import { TimeLeft } from "./time_left.ts";
import type { Summary } from "./training_input.ts";
import type { RunParts } from "./run_parts.ts";
import { plotRun } from "./run_plot.ts";
import { onWriteError, retried } from "./write_errors.ts";
import { counted } from "../shell/counted.ts";

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
  readonly #time: TimeLeft;
  /** Stops measurements during training. */
  readonly #patience: AbortSignal;
  #folder?: RunFolder;
  /** Training time and Hessian-vector products before the run was resumed. */
  #earlier: RunTotals = { seconds: 0, hvps: 0 };
  #last?: TrainEvent;
  /** What the deadline left no time for, each with the command that makes it later. */
  readonly #leftOut: { readonly what: string; readonly command: string }[] = [];
  readonly #checkpoints: CheckpointWriter;
  readonly #pages: PageWriter;
  readonly #measurements: RunMeasurements;

  constructor(readonly parts: RunParts) {
    const { folder, habits, signal, trainingTimeIsOver } = parts;
    this.#patience = AbortSignal.any([
      soonAfter(signal),
      ...trainingTimeIsOver === undefined ? [] : [trainingTimeIsOver],
    ]);
    if (folder instanceof RunFolder) this.#folder = folder;
    this.#progress = habits?.progress ?? parts.progress ?? new ProgressLine();
    this.#time = new TimeLeft(parts);
    this.#status = new StatusLine(parts);
    this.#checkpoints = new CheckpointWriter(parts);
    this.#pages = new PageWriter(parts);
    this.#measurements = new RunMeasurements(this.#measuredRun());
  }

  /** Reads the records of an interrupted run, which continues from there, and removes those that it will write again. */
  async begin(): Promise<void> {
    if (this.#folder === undefined) return;
    const { optimizer, spent } = this.parts;
    const records = await readEarlierRecords(this.#folder, optimizer.counters.step);
    this.#pages.begin(records.counted);
    this.#measurements.begin(records);
    this.#earlier = spent ?? records.totals;
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
    if (event.type === "start") {
      await this.#open();
      await this.#pages.start(this.folder, this.#moment(event));
      // Any of several processes may die, and the run can then always be resumed from a checkpoint.
      if (this.parts.processes !== undefined && event.step === 0) await this.#save(event, true);
    }
    const { evaluationInterval = Infinity } = this.parts.habits ?? this.parts.input;
    const due = this.#measurements.isDue(event, evaluationInterval);
    if (event.type === "epoch" || event.type === "progress" && due) {
      await this.#measurements.measure(event, this.#patience);
    } else if (event.type === "progress" && this.#checkpoints.isDue(event) && !event.aboveLimit) {
      await this.#save(event, true);
    }
    if (event.losses.length > 0) {
      const rest = (training: number) => this.#time.besides(training, event);
      const progress = this.#status.progress(event, this.#measurements.figures, rest);
      const { habits } = this.parts;
      // Of one run among many only the whole has a bar.
      this.#progress.update(habits === undefined ? progress : `${habits.prefix}${progress.plain}`);
    }
  }

  /** Writes the results of a finished or interrupted run and prints where they are. */
  async finish(signal: AbortSignal): Promise<RunOutcome> {
    const { folder } = this;
    const { input, habits, deadline } = this.parts;
    const event = this.#last!;
    const isUnfinished = this.#endsEarly(event);
    if (habits === undefined) this.#progress.finish();
    // A run without steps leaves nothing that would keep its name from being used.
    if (isUnfinished && event.step === 0) {
      await this.#summarize(event, {});
      await this.#pages.conclude(folder, { ...this.#moment(event), status: "stopped" });
      if (!this.#isStopped(event)) this.parts.trainingTimeIsOver?.throwIfAborted();
      return this.#stoppedBeforeFirstStep(event);
    }
    if (isUnfinished && habits === undefined) await this.#saveStopped(event);
    const concluded = await this.#conclude(event, signal);
    // The last step's own loss may have been above the limit by chance.
    if (!isUnfinished && !await this.#checkpoints.has(event.step)) await this.#save(event, false);
    if (habits === undefined) await this.#replaceLost();
    const figures = { ...this.#measurements.figures, ...concluded };
    const totals = this.#totals(event);
    const summary = await this.#summarize(event, figures);
    const outcome = { figures, steps: event.step, ...totals };
    const end = { ...this.#moment(event), status: isUnfinished ? "stopped" as const : "finished" as const, summary };
    const soon = signalOrDeadline(soonAfter(signal), deadline, ENDING);
    if (habits !== undefined) {
      await this.#pages.conclude(folder, end);
      return outcome;
    }
    // Last, because the results must not wait for the package that draws.
    if (soon.aborted) this.#leftOut.push({ what: "drawing the curves", command: this.#conclusion });
    else {
      this.#progress.begin("drawing the curves");
      await unlessStopped(plotRun(this.folder, this.parts), soon);
    }
    await this.#pages.conclude(folder, end, soon);
    this.#progress.clear();
    console.log(
      `${formatQuality(input.quality, figures)} after ${counted(event.step, "step")}; the run is in ${folder.path}`,
    );
    for (const [command, parts] of Map.groupBy(this.#leftOut, ({ command }) => command)) {
      console.log(`Left out for the deadline: ${parts.map(({ what }) => what).join("; ")}. To make it: ${command}`);
    }
    return outcome;
  }

  /** Whether training ended before the run's last step. */
  #endsEarly({ type, step }: TrainEvent): boolean {
    return type === "end" && step < this.parts.length.steps;
  }

  /** Whether a signal stopped the training, and not the deadline. */
  #isStopped({ aborted }: TrainEvent): boolean {
    const { signal, trainingTimeIsOver } = this.parts;
    return aborted && (signal.aborted || !trainingTimeIsOver?.aborted);
  }

  /** Writes the checkpoint of a run that ends early first of all, because whoever stopped it may not wait for the measurements. */
  async #saveStopped(event: TrainEvent): Promise<void> {
    if (!event.aboveLimit && !await this.#checkpoints.has(event.step)) await this.#save(event, true);
    const above = event.aboveLimit
      ? ", where the loss is so far above that of a constant that no checkpoint was written"
      : "";
    const { length: { steps }, input: { values } } = this.parts;
    if (values.conclude) return;
    const step = this.#isStopped(event) ? event.step : `${event.step} of ${steps}, because of the deadline`;
    console.log(`Stopped at step ${step}${above}. To go on: ${this.#again}`);
  }

  /** Writes `summary.json`. */
  async #summarize(event: TrainEvent, figures: Summary, divergence?: DivergenceError): Promise<object> {
    const summary = this.#summary(event, { figures, divergence });
    await this.folder.writeSummary(summary);
    return summary;
  }

  /** The content of `summary.json`. */
  #summary(
    event: TrainEvent,
    state: { figures: Summary; divergence?: DivergenceError; error?: Error; running?: boolean },
  ) {
    const { deviceLosses = 0 } = this.parts;
    const [totals, leftOut] = [this.#totals(event), this.#leftOut.map(({ what }) => what)];
    const aborted = this.#isStopped(event);
    return runSummary(this.parts, { event, totals, aborted, leftOut, deviceLosses, ...state });
  }

  #stoppedBeforeFirstStep(event: TrainEvent): RunOutcome {
    const { habits } = this.parts;
    if (habits === undefined) {
      console.log(
        `Stopped before the first step. To begin again, give the same command, or: ${this.#again}`,
      );
    }
    return { figures: {}, steps: 0, ...this.#totals(event) };
  }

  /** Writes a checkpoint, if that can be done, for a run that ends because another of its files could not be written. */
  async rescue(): Promise<void> {
    const event = this.#last;
    if (event === undefined || event.aboveLimit || this.#folder === undefined) return;
    if (this.parts.habits !== undefined || await this.#checkpoints.has(event.step)) return;
    this.#folder.onWriteError = (error) => Promise.reject(error);
    const isSaved = await this.#save(event, true).then(() => true, () => false);
    if (isSaved) this.#progress.print(`The state of step ${event.step} was saved; the run can be resumed from there.`);
  }

  /** Writes the curve and the summary of a run that diverged. */
  async diverged(divergence: DivergenceError): Promise<void> {
    const event = this.#last;
    if (event === undefined || this.#folder === undefined) return;
    const summary = await this.#summarize(event, this.#measurements.figures, divergence);
    if ((await this.#folder.readMetrics()).length > 0) await plotRun(this.folder, this.parts);
    await this.#pages.conclude(this.#folder, { ...this.#moment(event), status: "diverged", summary });
  }

  /**
   * Notes in the summary and on the page that the run has ended by an error, or that a signal has ended it, as far as its folder can be
   * written.
   */
  async failed(error: Error): Promise<void> {
    const [event, folder] = [this.#last, this.#folder];
    if (event === undefined || folder === undefined) return;
    const isStopped = this.parts.signal.aborted || error === this.parts.trainingTimeIsOver?.reason;
    const { figures } = this.#measurements;
    const summary = this.#summary(event, isStopped ? { figures } : { figures, error });
    await folder.writeSummary(summary, { optional: true });
    if (this.parts.habits !== undefined) return;
    await this.#pages.conclude(folder, { ...this.#moment(event), status: isStopped ? "stopped" : "failed", summary });
  }

  /** Measures the trained field and writes the results of the task. A run that was stopped does without what takes long. */
  async #conclude(event: TrainEvent, signal: AbortSignal): Promise<Summary> {
    const { folder } = this;
    const { input, field, habits, deadline } = this.parts;
    const stopped = this.#isStopped(event);
    const end = performance.now() / 1000 + this.#time.closing;
    const leaveOut = (what: string, command = this.#conclusion) => this.#leftOut.push({ what, command });
    const closing = beginClosing({
      say: (what, part) => {
        if (habits !== undefined) return this.#progress.update({ what: `${habits.prefix}${what}`, part });
        const left = end - performance.now() / 1000;
        const progress = { what, part, left: left > 0 ? left : undefined };
        if (part === undefined) this.#progress.begin(progress);
        else this.#progress.update(progress);
      },
      print: (line) => habits === undefined && this.#progress.print(line),
      leaveOut,
      signal,
      stopped,
      compared: habits !== undefined,
      deadline,
    });
    return await unlessCut(closing, this.#conclusion, async () => {
      if (!await this.#measurements.measure(event, closing.signal)) closing.signal.throwIfAborted();
      else if (!this.#endsEarly(event)) checkMeasured(this.#measurements.figures, input.objective, event.step);
      return await input.conclude(field, folder, event, closing);
    });
  }

  /** Makes the folder of a new run, and writes what the run needs to be resumed. Before the start, the kernels are not known. */
  async #open(): Promise<void> {
    const { folder } = this.parts;
    const { values: { onWriteError: choice } } = this.parts.input;
    const onError = onWriteError(choice, (line) => this.#progress.print(line), this.parts.signal);
    const fill = async (filled: RunFolder, name: string) => {
      filled.onWriteError = onError;
      await this.#describe(filled, name);
      await filled.writeSummary(this.#summary(this.#last!, { figures: this.#measurements.figures, running: true }));
    };
    if (folder instanceof RunFolder) await fill(folder, basename(folder.path));
    else this.#folder = await retried(() => createRunFolder(folder, fill), onError);
    this.folder.onWriteError = onError;
    this.folder.spread = checkpointSpread(this.parts.input.values, this.parts.length);
  }

  /** What the measurements need of this run. */
  #measuredRun() {
    // The folder is asked for when it exists.
    const folder = () => this.folder;
    return {
      parts: this.parts,
      progress: this.#progress,
      time: this.#time,
      pages: this.#pages,
      get folder() {
        return folder();
      },
      totals: (event: TrainEvent) => this.#totals(event),
      endsEarly: (event: TrainEvent) => this.#endsEarly(event),
      save: (event: TrainEvent, interim: boolean) => this.#save(event, interim),
    };
  }

  /** Writes a checkpoint, unless this run is one of many. */
  async #save(event: TrainEvent, interim: boolean): Promise<void> {
    if (this.parts.habits !== undefined) return;
    await this.#replaceLost();
    await this.#checkpoints.write(this.folder, event, interim ? this.#totals(event) : undefined);
  }

  /**
   * Notices that somebody has removed a part of the folder while the run trained. What the run needs to be resumed is written again; without
   * its checkpoints it would go on only from the next one.
   */
  async #replaceLost(): Promise<void> {
    const { folder } = this;
    const lost = await this.#checkpoints.lost();
    if (lost !== undefined) {
      this.#progress.print(`${lost}: expected the newest checkpoint, found none: it was removed.`);
    }
    if (await folder.hasConfig()) return;
    this.#progress.print(`${folder.path}: expected a config.json, found none: it was removed, and is written again.`);
    await this.#describe(folder, basename(folder.path));
  }

  /** Writes what the run needs to be resumed. */
  async #describe(folder: RunFolder, name: string): Promise<void> {
    await folder.writeConfig(runConfig(this.parts, name));
    await this.parts.input.begin?.(folder);
  }

  /** The command that goes on with the run. */
  get #again(): string {
    return resumeCommand(this.parts, this.folder.path);
  }

  /** The command that makes what follows training. */
  get #conclusion(): string {
    return concludeCommand(this.parts, this.folder.path);
  }

  /** What the page of the run shows of an event. */
  #moment(event: TrainEvent) {
    return { event, seconds: this.#totals(event).seconds };
  }

  /** Training time and Hessian-vector products of the whole run so far. */
  #totals({ seconds, hvps }: TrainEvent): RunTotals {
    return { seconds: this.#earlier.seconds + seconds, hvps: this.#earlier.hvps + hvps };
  }
}
