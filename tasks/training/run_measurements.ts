import { DivergenceError } from "../../lib/train/divergence.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { stepCheckpointName } from "../run/checkpoints.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { EventFiles } from "../run/tensorboard/event_files.ts";
import type { ProgressLine } from "../shell/progress.ts";
import type { RunTotals } from "./earlier_run.ts";
import type { EarlierRecords } from "./earlier_records.ts";
import { isMeasuredAbove } from "./loss_limit.ts";
import type { PageWriter } from "./page_writer.ts";
import type { RunParts } from "./run_parts.ts";
import type { TimeLeft } from "./time_left.ts";
import type { Figures } from "./training_input.ts";

/** The run that is measured. */
interface MeasuredRun {
  readonly parts: RunParts;
  readonly progress: ProgressLine;
  readonly time: TimeLeft;
  readonly pages: PageWriter;
  /** The run's folder, which exists from the start of training on. */
  readonly folder: RunFolder;
  /** Training time and Hessian-vector products of the whole run so far. */
  totals(event: TrainEvent): RunTotals;
  /** Whether training ended before the run's last step. */
  endsEarly(event: TrainEvent): boolean;
  /** Writes a checkpoint. */
  save(event: TrainEvent, interim: boolean): Promise<void>;
}

/** Measures the field of a run and records the figures: in its metrics, its snapshots, its page and its event files. */
export class RunMeasurements {
  /** The figures of the last measurement. */
  figures: Figures = {};
  /** The number of recorded measurements. */
  #count = 0;
  /** The step and the training time of the last recorded measurement. */
  #recorded = { step: -1, seconds: 0 };
  /** The step at which this process measured the field last. */
  #measured = -1;
  /** The step of the last measurement before this process, if there is one. */
  #measuredBefore?: number;
  #events?: EventFiles;

  constructor(readonly run: MeasuredRun) {}

  /** Takes up the records of an interrupted run. */
  begin({ evaluated = -1, counted, figures }: EarlierRecords): void {
    this.#measuredBefore = counted.at(-1)?.step;
    this.#count = counted.length;
    this.#recorded.step = evaluated;
    this.figures = figures;
  }

  /** Whether a measurement is due after so many seconds of training since the last one. */
  isDue({ seconds }: TrainEvent, interval: number): boolean {
    return seconds - this.#recorded.seconds >= interval;
  }

  /**
   * Measures the field and records the figures, once for each step. An interrupted run is measured outside of the count.
   *
   * @returns Whether it was measured; false if the signal stopped that. Then there is at least a checkpoint.
   */
  async measure(event: TrainEvent, signal: AbortSignal): Promise<boolean> {
    const { run } = this;
    const { parts: { input, field, habits }, time } = run;
    const { step } = event;
    if (step === this.#measured) return true;
    const exceptStop = (error: unknown) => {
      if (!signal.aborted) throw error;
    };
    if (habits === undefined) run.progress.begin("evaluating");
    const begin = performance.now();
    const figures = await input.measure(field, signal).catch(exceptStop);
    if (figures !== undefined) {
      this.#measured = step;
      time.measured((performance.now() - begin) / 1000);
    }
    if (step === this.#recorded.step) return figures !== undefined;
    if (figures === undefined) {
      if (!run.endsEarly(event) && !event.aboveLimit) await run.save(event, true);
      return false;
    }
    // A field may have outputs that are not finite although its parameters are. A PSNR of +∞ is that of a perfect result.
    const value = figures[input.quality.figure];
    if (Number.isNaN(value) || value === -Infinity) throw new DivergenceError({ step, quantity: "output" });
    this.#recorded = { step, seconds: event.seconds };
    this.figures = figures;
    await this.#record(event, signal, exceptStop);
    return true;
  }

  /** Writes what was measured. */
  async #record(event: TrainEvent, signal: AbortSignal, exceptStop: (error: unknown) => void): Promise<void> {
    const { run, figures } = this;
    const { parts: { input, field, deviceLosses = 0 }, folder, pages } = run;
    const { step, epoch } = event;
    const stopped = run.endsEarly(event);
    const { seconds, hvps } = run.totals(event);
    // The checkpoint of a bad step would replace that of a good one, to which the run may have to go back.
    const aboveLimit = event.aboveLimit || isMeasuredAbove(figures, input.objective);
    const record = {
      step,
      epoch,
      seconds,
      ...figures,
      hvps,
      ...stopped && { stopped },
      ...aboveLimit && { aboveLimit },
      ...deviceLosses > 0 && { deviceLosses },
    };
    await folder.appendMetrics(record);
    pages.add(record);
    const { snapshotEvery } = input.values;
    if (snapshotEvery !== undefined && !stopped && this.#count++ % snapshotEvery === 0) {
      const name = `snapshots/${stepCheckpointName(step)}`;
      await input.snapshot(field, folder, name, signal).catch(exceptStop);
    }
    // One that was stopped has its checkpoint already.
    if (!stopped && !aboveLimit) await run.save(event, false);
    const preview = await pages.update(folder, { event, seconds }, signal);
    if (input.values.tensorboard) {
      this.#events ??= new EventFiles(folder);
      await this.#events.add(record, preview, this.#measuredBefore);
    }
  }
}
