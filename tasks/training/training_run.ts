import { basename } from "@std/path";
import type { Field } from "../../lib/field/field.ts";
import { countOf } from "../../lib/optim/observation.ts";
import type { Optimizer, OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { convergenceSvg } from "../run/convergence_plot.ts";
import { type RunFolder, stepCheckpointName } from "../run/run_folder.ts";
import { encodeCheckpoint } from "../../lib/train/checkpoint.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { formatDuration, ProgressLine } from "../shell/progress.ts";
import { Speed } from "../shell/speed.ts";
import { networkConfig } from "./hyperparameters.ts";
import { networkName } from "./network_choice.ts";
import type { RunLength } from "./run_length.ts";
import type { Figures, Quality, Summary, TrainingInput } from "./training_input.ts";

/** For closing measurements that a run can do without, so that it ends within two minutes of its time. */
const CLOSING_SECONDS = 90;

/** What a Hessian-vector product costs, in steps without one: six products of a layer beside their three. */
const PRODUCT_WORK = 2;

/** How a run that is one of many differs from one that a person started. */
export interface RunHabits {
  /** Shared with the other runs. */
  readonly progress: ProgressLine;
  /** Stands before what the run shows there. */
  readonly prefix: string;
  /** Longest training between two evaluations, in seconds. */
  readonly evaluationInterval: number;
}

/** How a run ended. */
export interface RunOutcome {
  /** As last measured, the closing ones included. */
  readonly figures: Summary;
  readonly steps: number;
  /** Of training. */
  readonly seconds: number;
  /** Hessian-vector products. */
  readonly hvps: number;
}

/** Keeps the folder of one run and shows how it goes. */
export class TrainingRun implements Disposable {
  readonly #progress: ProgressLine;
  readonly #speed = new Speed();
  readonly #workSpeed = new Speed();
  readonly #name: string;
  /** Training time and products of earlier calls of a resumed run. */
  #earlier = { seconds: 0, hvps: 0 };
  #last?: TrainEvent;
  #figures: Figures = {};
  #evaluations = 0;
  #firstStep = 0;
  #evaluated = { step: -1, seconds: 0 };

  constructor(
    readonly task: string,
    readonly folder: RunFolder,
    readonly length: RunLength,
    readonly input: TrainingInput,
    readonly field: Field,
    readonly optimizer: Optimizer,
    /** Of one of many runs: it leaves figures and the task's own files, but neither checkpoints nor a plot, and says little. */
    readonly habits?: RunHabits,
  ) {
    this.#name = basename(folder.path);
    this.#progress = habits?.progress ?? new ProgressLine();
  }

  /** Takes up an interrupted run's records. */
  async begin(): Promise<void> {
    const { step } = this.optimizer.counters;
    this.#firstStep = step;
    await this.input.begin?.(this.folder);
    await this.folder.truncateMetrics((record) => Number(record.step) <= step);
    const before = (await this.folder.readMetrics()).at(-1);
    if (before === undefined) return;
    const { step: evaluated, epoch: _, seconds, hvps, ...figures } = before;
    this.#earlier = { seconds: Number(seconds), hvps: Number(hvps) };
    this.#evaluated.step = Number(evaluated);
    this.#figures = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value)]));
  }

  /** Ends the progress line, so that what is said next stands on a line of its own. */
  [Symbol.dispose](): void {
    if (this.habits === undefined) this.#progress.finish();
  }

  /** Shows and records an event. */
  async handle(event: TrainEvent): Promise<void> {
    this.#last = event;
    if (event.type === "start") await this.#writeConfig(this.optimizer.spec);
    const { evaluationInterval = Infinity } = this.habits ?? this.input;
    const due = event.seconds - this.#evaluated.seconds >= evaluationInterval;
    if (event.type === "epoch" || event.type === "progress" && due) await this.#evaluate(event);
    if (event.losses.length > 0) this.#progress.update(this.#line(event));
  }

  /** Writes what a finished or interrupted run leaves, and says where. */
  async finish(signal: AbortSignal): Promise<RunOutcome> {
    const { task, folder, input, field, habits } = this;
    const event = this.#last!;
    const { aborted } = event;
    if (habits === undefined) this.#progress.finish();
    await this.#evaluate(event);
    // What follows may take a while and be interrupted too; the checkpoint is there.
    if (aborted && habits === undefined) {
      console.log(`Stopped at step ${event.step}. To go on: deno task ${task} --resume ${folder.path}`);
    }
    const concluded = await input.conclude(field, folder, event, {
      say: (what) => this.#progress.update(`${habits?.prefix ?? ""}${what}`),
      print: (line) => habits === undefined && this.#progress.print(line),
      signal,
      // Runs that are compared have to be measured alike, however fast each is.
      seconds: habits === undefined ? CLOSING_SECONDS : Infinity,
    }).catch((error) => {
      if (signal.aborted && habits === undefined) {
        const again = `deno task ${task} --resume ${folder.path}`;
        this.#progress.print(`The run is trained, but its closing measurements were stopped. To make them: ${again}`);
      }
      throw error;
    });
    if (habits === undefined) this.#progress.finish();
    const figures = { ...this.#figures, ...concluded };
    if (habits === undefined) await this.#plot();
    const seconds = this.#earlier.seconds + event.seconds;
    const hvps = this.#earlier.hvps + event.hvps;
    await folder.writeSummary({
      task,
      adapter: field.gpu.adapter.name,
      parameters: field.parameterCount,
      steps: event.step,
      seconds,
      stepsPerSecond: event.step / seconds,
      ...figures,
      hvps,
      aborted,
    });
    const outcome = { figures, steps: event.step, seconds, hvps };
    if (habits !== undefined) return outcome;
    console.log(`${formatQuality(input.quality, figures)} after ${event.step} steps; the run is in ${folder.path}`);
    return outcome;
  }

  /** Writes what the run depends on; the kernels are known only when training starts. */
  async #writeConfig({ name, options }: OptimizerSpec): Promise<void> {
    const { gpu, description } = this.field;
    const { values, config } = this.input;
    await this.folder.writeConfig({
      task: this.task,
      options: { ...values, resume: undefined, name: this.#name },
      ...this.length,
      ...networkConfig(values, description),
      optimizer: { name, ...options },
      layers: description.layers.map((layer) => layer.name),
      ...config,
      adapter: gpu.adapter,
      kernels: gpu.tuner.choices,
      versions: Deno.version,
    });
  }

  async #plot(): Promise<void> {
    const { folder, optimizer } = this;
    const { quality, values } = this.input;
    const points = (await folder.readMetrics()).map((record) => {
      return { step: Number(record.step), seconds: Number(record.seconds), value: Number(record[quality.figure]) };
    });
    try {
      const title = `${this.#name}: ${networkName(values)}, ${optimizer.spec.name}`;
      await folder.writeFile("convergence.svg", await convergenceSvg(points, title, quality));
    } catch (error) {
      console.error(`convergence.svg is left out: ${(error as Error).message}`);
    }
  }

  /** What matters least stands last, where a narrow terminal cuts it off. */
  #line({ seconds, step, epoch, losses, stepsPerEpoch, hvps }: TrainEvent): string {
    const { steps } = this.length;
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    const rate = this.#speed.update(step, seconds);
    // By work, not by steps: the first ones may take many products.
    const workSpeed = this.#workSpeed.update(step + PRODUCT_WORK * hvps, seconds);
    const left = step === steps
      ? "0.0 s"
      : workSpeed === undefined
      ? "–"
      : formatDuration(this.#workAfter(step) / workSpeed);
    return (this.habits?.prefix ?? "") + [
      `epoch ${epoch.toFixed(1)}/${decimal(steps / stepsPerEpoch)}`,
      `step ${step}`,
      `loss ${mean.toExponential(2)}`,
      formatQuality(this.input.quality, this.#figures),
      `ETA ${left}`,
      `${(rate ?? (step - this.#firstStep) / seconds).toFixed(1)} steps/s`,
    ].join("  ");
  }

  /** What is left, in steps without products; the next thousand stand for those after them. */
  #workAfter(step: number): number {
    const { steps } = this.length;
    const seen = Math.min(1000, steps - step);
    let work = 0;
    for (let i = 0; i < seen; i++) {
      work += 1 + PRODUCT_WORK * countOf(this.optimizer.requests(step + i), "hessianProbe");
    }
    return work * (steps - step) / seen;
  }

  /** Measures the field; what a step's figures are is recorded once. */
  async #evaluate(event: TrainEvent): Promise<void> {
    const { folder, input, field, optimizer } = this;
    const { step, epoch, seconds, hvps } = event;
    const figures = await input.measure(field);
    if (step === this.#evaluated.step) return;
    this.#evaluated = { step, seconds };
    this.#figures = figures;
    folder.appendMetrics({
      step,
      epoch,
      seconds: this.#earlier.seconds + seconds,
      ...figures,
      hvps: this.#earlier.hvps + hvps,
    });
    const name = stepCheckpointName(step);
    const { snapshotEvery } = input.values;
    if (snapshotEvery !== undefined && this.#evaluations++ % snapshotEvery === 0) {
      await input.snapshot(field, folder, `snapshots/${name}`);
    }
    if (this.habits === undefined) await folder.writeCheckpoint(name, await encodeCheckpoint(field, optimizer));
  }
}

/** "IoU 0.9712", with a dash where nothing has been measured yet. */
function formatQuality({ figure, name, digits, unit = "" }: Quality, figures: Summary): string {
  return `${name} ${figure in figures ? `${Number(figures[figure]).toFixed(digits)}${unit}` : "–"}`;
}

/** A whole number as it is, others with one decimal. */
function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
