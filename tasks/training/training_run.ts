import type { DivergenceError } from "../../lib/train/divergence.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { soonAfter } from "./closing.ts";
import { readEarlierRecords } from "./earlier_records.ts";
import { finishRun } from "./finish_run.ts";
import type { RunParts } from "./run_parts.ts";
import { plotRun } from "./run_plot.ts";
import { RunState } from "./run_state.ts";
import { StatusLine } from "./status_line.ts";

/** Writes the folder of one run and shows its progress. */
export class TrainingRun implements Disposable {
  readonly #state: RunState;
  readonly #status: StatusLine;
  /** Stops measurements during training. */
  readonly #patience: AbortSignal;

  constructor(readonly parts: RunParts) {
    const { signal, trainingTimeIsOver } = parts;
    this.#patience = AbortSignal.any([
      soonAfter(signal),
      ...trainingTimeIsOver === undefined ? [] : [trainingTimeIsOver],
    ]);
    this.#state = new RunState(parts);
    this.#status = new StatusLine(parts);
  }

  /** Reads the records of an interrupted run, which continues from there, and removes those that it will write again. */
  async begin(): Promise<void> {
    const { made, pages, measurements } = this.#state;
    if (made === undefined) return;
    const { optimizer, spent } = this.parts;
    const records = await readEarlierRecords(made, optimizer.counters.step);
    pages.begin(records.counted);
    measurements.begin(records);
    this.#state.earlier = spent ?? records.totals;
  }

  /** Ends the progress line, so that the next message starts on a line of its own. */
  [Symbol.dispose](): void {
    if (this.parts.habits === undefined) this.#state.progress.finish();
    this.#state.made?.[Symbol.dispose]();
  }

  /** The run's folder, which exists from the start of training on. */
  get folder(): RunFolder {
    return this.#state.folder;
  }

  /** Shows an event and records it. */
  async handle(event: TrainEvent): Promise<void> {
    const state = this.#state;
    const { measurements, checkpoints, pages } = state;
    state.last = event;
    if (event.type === "start") {
      await state.open();
      await pages.start(state.folder, state.moment(event));
      // Any of several processes may die, and the run can then always be resumed from a checkpoint.
      if (this.parts.processes !== undefined && event.step === 0) await state.save(event, true);
    }
    const { evaluationInterval = Infinity } = this.parts.habits ?? this.parts.input;
    const due = measurements.isDue(event, evaluationInterval);
    if (event.type === "epoch" || event.type === "progress" && due) {
      await measurements.measure(event, this.#patience);
    } else if (event.type === "progress" && checkpoints.isDue(event) && !event.aboveLimit) {
      await state.save(event, true);
    }
    if (event.losses.length > 0) this.#show(event);
  }

  #show(event: TrainEvent): void {
    const { time, measurements, progress } = this.#state;
    const rest = (training: number) => time.besides(training, event);
    const shown = this.#status.progress(event, measurements.figures, rest);
    const { habits } = this.parts;
    // Of one run among many only the whole has a bar.
    progress.update(habits === undefined ? shown : `${habits.prefix}${shown.plain}`);
  }

  /** Writes the results of a finished or interrupted run and prints where they are. */
  finish(signal: AbortSignal): ReturnType<typeof finishRun> {
    return finishRun(this.#state, signal);
  }

  /** Writes a checkpoint, if that can be done, for a run that ends because another of its files could not be written. */
  async rescue(): Promise<void> {
    const { last: event, made, checkpoints, progress } = this.#state;
    if (event === undefined || event.aboveLimit || made === undefined) return;
    if (this.parts.habits !== undefined || await checkpoints.has(event.step)) return;
    made.onWriteError = (error) => Promise.reject(error);
    const isSaved = await this.#state.save(event, true).then(() => true, () => false);
    if (isSaved) progress.print(`The state of step ${event.step} was saved; the run can be resumed from there.`);
  }

  /** Writes the curve and the summary of a run that diverged. */
  async diverged(divergence: DivergenceError): Promise<void> {
    const { last: event, made, measurements, pages } = this.#state;
    if (event === undefined || made === undefined) return;
    const summary = await this.#state.summarize(event, measurements.figures, divergence);
    if ((await made.readMetrics()).length > 0) await plotRun(made, this.parts);
    await pages.conclude(made, { ...this.#state.moment(event), status: "diverged", summary });
  }

  /**
   * Notes in the summary and on the page that the run has ended by an error, or that a signal has ended it, as far as its folder can be
   * written.
   */
  async failed(error: Error): Promise<void> {
    const { last: event, made, measurements: { figures }, pages } = this.#state;
    if (event === undefined || made === undefined) return;
    const isStopped = this.parts.signal.aborted || error === this.parts.trainingTimeIsOver?.reason;
    const summary = this.#state.summary(event, isStopped ? { figures } : { figures, error });
    await made.writeSummary(summary, { optional: true });
    if (this.parts.habits !== undefined) return;
    await pages.conclude(made, { ...this.#state.moment(event), status: isStopped ? "stopped" : "failed", summary });
  }
}
