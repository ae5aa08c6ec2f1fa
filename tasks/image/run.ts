import type { Picture } from "../../lib/data/picture.ts";
import { renderPicture } from "../../lib/data/picture_data.ts";
import type { Field } from "../../lib/field/field.ts";
import { peakSignalToNoiseRatio } from "../../lib/metric/psnr.ts";
import { structuralSimilarity } from "../../lib/metric/ssim.ts";
import type { Optimizer, OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { errorPicture } from "../../lib/output/error_picture.ts";
import { convergenceSvg } from "../../lib/output/plot.ts";
import { encodePng } from "../../lib/output/png.ts";
import { type RunFolder, stepCheckpointName } from "../../lib/output/run_folder.ts";
import { encodeCheckpoint } from "../../lib/train/checkpoint.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { Speed } from "../shell/speed.ts";
import { formatDuration, ProgressLine } from "../shell/progress.ts";
import type { ImageValues } from "./command.ts";
import { fieldOptions } from "./hyperparameters.ts";
import type { RunLength } from "./run_length.ts";

/** Keeps the folder of one run and shows how it goes. */
export class ImageRun {
  readonly #progress = new ProgressLine();
  /** Training time and products of earlier calls of a resumed run. */
  #earlier = { seconds: 0, hvps: 0 };
  #last?: TrainEvent;
  #psnr = NaN;
  #evaluations = 0;
  readonly #speed = new Speed();
  #firstStep = 0;
  #evaluatedAt = -1;

  constructor(
    readonly folder: RunFolder,
    readonly values: ImageValues,
    readonly length: RunLength,
    readonly picture: Picture,
    readonly field: Field,
    readonly optimizer: Optimizer,
    readonly name: string,
  ) {}

  /** Takes up an interrupted run's records. */
  async begin(): Promise<void> {
    const { step } = this.optimizer.counters;
    this.#firstStep = step;
    await this.folder.truncateMetrics((record) => Number(record.step) <= step);
    const records = await this.folder.readMetrics();
    const before = records.at(-1);
    if (before !== undefined) {
      this.#earlier = { seconds: Number(before.seconds), hvps: Number(before.hvps) };
      this.#psnr = Number(before.psnr);
      this.#evaluatedAt = Number(before.step);
    }
  }

  /** Writes what the run depends on; the kernels are known only when training starts. */
  async #writeConfig({ name, options }: OptimizerSpec): Promise<void> {
    const { gpu, description } = this.field;
    await this.folder.writeConfig({
      task: "image",
      options: { ...this.values, resume: undefined, name: this.name },
      ...this.length,
      activation: { name: this.values.activation, ...fieldOptions(description) },
      optimizer: { name, ...options },
      layers: description.layers.map((layer) => layer.name),
      picture: { width: this.picture.width, height: this.picture.height, channels: this.picture.channels },
      adapter: gpu.adapter,
      kernels: gpu.choices,
      versions: Deno.version,
    });
  }

  /** Shows and records an event. */
  async handle(event: TrainEvent): Promise<void> {
    this.#last = event;
    if (event.type === "start") await this.#writeConfig(this.optimizer.spec);
    if (event.type === "epoch") await this.#evaluate(event);
    if (event.losses.length > 0) this.#progress.update(this.#line(event));
  }

  /** Writes what a finished or interrupted run leaves, and says where. */
  async finish(aborted: boolean): Promise<void> {
    const event = this.#last!;
    this.#progress.finish();
    const result = await this.#evaluate(event);
    await this.folder.writeFile("reconstruction.png", encodePng(result));
    await this.folder.writeFile("error.png", encodePng(errorPicture(result, this.picture)));
    const points = (await this.folder.readMetrics()).map(({ step, seconds, psnr }) => {
      return { step: Number(step), seconds: Number(seconds), psnr: Number(psnr) };
    });
    try {
      await this.folder.writeFile(
        "convergence.svg",
        await convergenceSvg(points, `${this.name}: ${this.values.activation}, ${this.optimizer.spec.name}`),
      );
    } catch (error) {
      console.error(`convergence.svg is left out: ${(error as Error).message}`);
    }
    const seconds = this.#earlier.seconds + event.seconds;
    await this.folder.writeSummary({
      task: "image",
      adapter: this.field.gpu.adapter.name,
      parameters: this.field.parameterCount,
      steps: event.step,
      seconds,
      stepsPerSecond: event.step / seconds,
      psnr: this.#psnr,
      ssim: structuralSimilarity(result, this.picture),
      loss: this.#meanSquare(result),
      hvps: this.#earlier.hvps + event.hvps,
      aborted,
    });
    if (aborted) console.log(`Stopped at step ${event.step}. To go on: deno task image --resume ${this.folder.path}`);
    console.log(`PSNR ${this.#psnr.toFixed(2)} dB after ${event.step} steps; the run is in ${this.folder.path}`);
  }

  /** What matters least stands last, where a narrow terminal cuts it off. */
  #line({ seconds, step, epoch, losses, stepsPerEpoch }: TrainEvent): string {
    const { steps } = this.length;
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    const rate = this.#speed.update(step, seconds);
    // The first steps are not like the rest: they may take many probes.
    const left = step === steps ? "0.0 s" : rate === undefined ? "–" : formatDuration((steps - step) / rate);
    return [
      `epoch ${epoch.toFixed(1)}/${decimal(steps / stepsPerEpoch)}`,
      `step ${step}`,
      `loss ${mean.toExponential(2)}`,
      `PSNR ${Number.isNaN(this.#psnr) ? "–" : `${this.#psnr.toFixed(2)} dB`}`,
      `ETA ${left}`,
      `${(rate ?? (step - this.#firstStep) / seconds).toFixed(1)} steps/s`,
    ].join("  ");
  }

  async #evaluate(event: TrainEvent): Promise<Picture> {
    const result = await renderPicture(this.field, this.picture);
    if (event.step === this.#evaluatedAt) return result;
    this.#evaluatedAt = event.step;
    this.#psnr = peakSignalToNoiseRatio(result.pixels, this.picture.pixels);
    this.folder.appendMetrics({
      step: event.step,
      epoch: event.epoch,
      seconds: this.#earlier.seconds + event.seconds,
      loss: this.#meanSquare(result),
      psnr: this.#psnr,
      hvps: this.#earlier.hvps + event.hvps,
    });
    const { snapshotEvery } = this.values;
    if (snapshotEvery !== undefined && this.#evaluations++ % snapshotEvery === 0) {
      await this.folder.writeFile(`snapshots/${stepCheckpointName(event.step)}.png`, encodePng(result));
    }
    await this.folder.writeCheckpoint(
      stepCheckpointName(event.step),
      await encodeCheckpoint(this.field, this.optimizer),
    );
    return result;
  }

  #meanSquare(result: Picture): number {
    return 10 ** (-peakSignalToNoiseRatio(result.pixels, this.picture.pixels) / 10);
  }
}

/** A whole number as it is, others with one decimal. */
function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
