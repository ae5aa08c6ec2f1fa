import { basename } from "@std/path";
import type { Field } from "../../lib/field/field.ts";
import { countOf } from "../../lib/optim/observation.ts";
import type { Optimizer, OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { convergenceSvg } from "../run/convergence_plot.ts";
import { type RunFolder, stepCheckpointName } from "../run/run_folder.ts";
import { encodeCheckpoint } from "../../lib/train/checkpoint.ts";
import { scheduleToConfig } from "../../lib/train/schedule_registry.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { formatDuration, ProgressLine } from "../shell/progress.ts";
import { Speed } from "../shell/speed.ts";
import { networkConfig } from "./hyperparameters.ts";
import { networkName } from "./network_choice.ts";
import type { RunLength } from "./run_length.ts";
import { chosenSchedule } from "./schedule.ts";
import type { Figures, Quality, Summary, TrainingInput } from "./training_input.ts";

/** The time for optional closing measurements, in seconds on a software adapter; it lets a run end within two minutes of --minutes. */
const CLOSING_SECONDS = 90;

/** The cost of a Hessian-vector product relative to a step without one: six matrix products per layer instead of three. */
const PRODUCT_WORK = 2;

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
interface RunParts {
  /** The name of the task. */
  readonly task: string;
  /** The run's folder. */
  readonly folder: RunFolder;
  /** How many steps the run has. */
  readonly length: RunLength;
  /** What the run trains on. */
  readonly input: TrainingInput;
  /** The field that is trained. */
  readonly field: Field;
  /** The optimizer of the field's parameters. */
  readonly optimizer: Optimizer;
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
  readonly #speed = new Speed();
  readonly #workSpeed = new Speed();
  readonly #name: string;
  /** Training time and Hessian-vector products before the run was resumed. */
  #earlier = { seconds: 0, hvps: 0 };
  #last?: TrainEvent;
  #figures: Figures = {};
  #evaluations = 0;
  #firstStep = 0;
  #evaluated = { step: -1, seconds: 0 };

  constructor(readonly parts: RunParts) {
    this.#name = basename(parts.folder.path);
    this.#progress = parts.habits?.progress ?? new ProgressLine();
  }

  /** Reads the records of an interrupted run, which continues from there. */
  async begin(): Promise<void> {
    const { step } = this.parts.optimizer.counters;
    this.#firstStep = step;
    await this.parts.input.begin?.(this.parts.folder);
    await this.parts.folder.truncateMetrics((record) => Number(record.step) <= step);
    const before = (await this.parts.folder.readMetrics()).at(-1);
    if (before === undefined) return;
    const { step: evaluated, epoch: _, seconds, hvps, ...figures } = before;
    this.#earlier = { seconds: Number(seconds), hvps: Number(hvps) };
    this.#evaluated.step = Number(evaluated);
    this.#figures = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value)]));
  }

  /** Ends the progress line, so that the next message starts on a line of its own. */
  [Symbol.dispose](): void {
    if (this.parts.habits === undefined) this.#progress.finish();
  }

  /** Shows an event and records it. */
  async handle(event: TrainEvent): Promise<void> {
    this.#last = event;
    if (event.type === "start") await this.#writeConfig(this.parts.optimizer.spec);
    const { evaluationInterval = Infinity } = this.parts.habits ?? this.parts.input;
    const due = event.seconds - this.#evaluated.seconds >= evaluationInterval;
    if (event.type === "epoch" || event.type === "progress" && due) await this.#evaluate(event);
    if (event.losses.length > 0) this.#progress.update(this.#line(event));
  }

  /** Writes the results of a finished or interrupted run and prints where they are. */
  async finish(signal: AbortSignal): Promise<RunOutcome> {
    const { task, folder, input, field, habits } = this.parts;
    const event = this.#last!;
    const { aborted } = event;
    if (habits === undefined) this.#progress.finish();
    await this.#evaluate(event);
    // The following may take a while and may be interrupted too, but the checkpoint has been written.
    if (aborted && habits === undefined) {
      console.log(`Stopped at step ${event.step}. To go on: deno task ${task} --resume ${folder.path}`);
    }
    const concluded = await input.conclude(field, folder, event, {
      say: (what) => this.#progress.update(`${habits?.prefix ?? ""}${what}`),
      print: (line) => habits === undefined && this.#progress.print(line),
      signal,
      // Runs that are compared must all be measured in the same way, however fast they are.
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
    // Last, because the results must not wait for the package that draws.
    await this.#plot();
    console.log(`${formatQuality(input.quality, figures)} after ${event.step} steps; the run is in ${folder.path}`);
    return outcome;
  }

  /** Writes everything that the run depends on. It is called when training starts, because the kernels are not known earlier. */
  async #writeConfig({ name, options }: OptimizerSpec): Promise<void> {
    const { gpu, description } = this.parts.field;
    const { values, config } = this.parts.input;
    await this.parts.folder.writeConfig({
      task: this.parts.task,
      options: { ...values, resume: undefined, name: this.#name },
      ...this.parts.length,
      ...networkConfig(values, description),
      optimizer: { name, ...options },
      schedule: scheduleToConfig(chosenSchedule(values, this.parts.length.scheduleSteps)),
      layers: description.layers.map((layer) => layer.name),
      ...config,
      adapter: gpu.adapter,
      kernels: gpu.tuner.choices,
      versions: Deno.version,
    });
  }

  async #plot(): Promise<void> {
    const { folder, optimizer } = this.parts;
    const { quality, values } = this.parts.input;
    const points = (await folder.readMetrics()).map((record) => {
      return { step: Number(record.step), seconds: Number(record.seconds), value: Number(record[quality.figure]) };
    });
    try {
      const title = `${this.#name}: ${networkName(values)}, ${optimizer.spec.name}`;
      await folder.writeFile("convergence.svg", await convergenceSvg(points, title, quality));
    } catch (error) {
      console.error(`convergence.svg could not be drawn: ${(error as Error).message}`);
    }
  }

  /** The progress line; the least important parts come last, where a narrow terminal cuts them off. */
  #line({ seconds, step, epoch, losses, stepsPerEpoch, hvps }: TrainEvent): string {
    const { steps } = this.parts.length;
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    const rate = this.#speed.update(step, seconds);
    // The estimate counts work, not steps, because the first steps may take many products.
    const workSpeed = this.#workSpeed.update(step + PRODUCT_WORK * hvps, seconds);
    const left = step === steps
      ? "0.0 s"
      : workSpeed === undefined
      ? "–"
      : formatDuration(this.#workAfter(step) / workSpeed);
    return (this.parts.habits?.prefix ?? "") + [
      `epoch ${epoch.toFixed(1)}/${decimal(steps / stepsPerEpoch)}`,
      `step ${step}`,
      `loss ${mean.toExponential(2)}`,
      formatQuality(this.parts.input.quality, this.#figures),
      `ETA ${left}`,
      `${(rate ?? (step - this.#firstStep) / seconds).toFixed(1)} steps/s`,
    ].join("  ");
  }

  /** The remaining work in units of a step without products. It is extrapolated from the next thousand steps. */
  #workAfter(step: number): number {
    const { steps } = this.parts.length;
    const seen = Math.min(1000, steps - step);
    let work = 0;
    for (let i = 0; i < seen; i++) {
      work += 1 + PRODUCT_WORK * countOf(this.parts.optimizer.requests(step + i), "hessianProbe");
    }
    return work * (steps - step) / seen;
  }

  /** Measures the field and records the figures, once for each step. */
  async #evaluate(event: TrainEvent): Promise<void> {
    const { folder, input, field, optimizer } = this.parts;
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
    if (this.parts.habits === undefined) await folder.writeCheckpoint(name, await encodeCheckpoint(field, optimizer));
  }
}

/** "IoU 0.9712", with a dash where nothing has been measured yet. */
function formatQuality({ figure, name, digits, unit = "" }: Quality, figures: Summary): string {
  return `${name} ${figure in figures ? `${Number(figures[figure]).toFixed(digits)}${unit}` : "–"}`;
}

/** A whole number without decimals, any other number with one. */
function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
