import type { View } from "../../lib/data/scene/scene.ts";
import type { Field } from "../../lib/field/field.ts";
import { peakSignalToNoiseRatio } from "../../lib/metric/psnr.ts";
import { structuralSimilarity } from "../../lib/metric/ssim.ts";
import type { VolumeOptions } from "../../lib/objective/volume_rendering.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import { errorPicture } from "../../lib/output/error_picture.ts";
import { convergenceSvg } from "../../lib/output/plot.ts";
import { encodePng } from "../../lib/output/png.ts";
import { type RunFolder, stepCheckpointName } from "../../lib/output/run_folder.ts";
import { sideBySide } from "../../lib/output/side_by_side.ts";
import { renderView } from "../../lib/render/render_view.ts";
import { encodeCheckpoint } from "../../lib/train/checkpoint.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { formatDuration, ProgressLine } from "../shell/progress.ts";
import { depthMap } from "./frames.ts";
import { type SceneRecord, writeSceneRecord } from "./scene_record.ts";
import type { ResolvedValues } from "./settings.ts";

/** What a run is about. */
export interface NerfSubject {
  readonly folder: RunFolder;
  readonly name: string;
  readonly values: ResolvedValues;
  readonly test: readonly View[];
  readonly record: SceneRecord;
  readonly volume: VolumeOptions;
  readonly field: Field;
  readonly optimizer: Optimizer;
}

/** Keeps the folder of one run and shows how it goes. */
export class NerfRun implements Disposable {
  readonly #progress = new ProgressLine();
  /** Training time and products of earlier calls of a resumed run. */
  #earlier = { seconds: 0, hvps: 0 };
  #last?: TrainEvent;
  #psnr = NaN;
  #firstStep = 0;
  #recent: number[] = [];
  #recordedAt = -1;

  constructor(readonly subject: NerfSubject) {}

  /** Takes up an interrupted run's records. */
  async begin(): Promise<void> {
    const { folder, optimizer, record } = this.subject;
    const { step } = optimizer.counters;
    this.#firstStep = step;
    await folder.truncateMetrics((each) => Number(each.step) <= step);
    const before = (await folder.readMetrics()).at(-1);
    if (before !== undefined) this.#earlier = { seconds: Number(before.seconds), hvps: Number(before.hvps) };
    await writeSceneRecord(folder, record);
  }

  /** Ends the progress line, so that what is said next stands on a line of its own. */
  [Symbol.dispose](): void {
    this.#progress.finish();
  }

  /** Shows and records an event; returns whether the time is up. */
  async handle(event: TrainEvent): Promise<boolean> {
    const { values } = this.subject;
    this.#last = event;
    if (event.type === "start") await this.#writeConfig();
    if (event.type === "epoch") await this.#evaluate(event);
    const { seconds, step, epoch, losses } = event;
    if (losses.length > 0) {
      this.#recent = [...this.#recent, ...losses].slice(-100);
      const rate = (step - this.#firstStep) / seconds;
      const left = (values.epochs * event.stepsPerEpoch - step) / rate;
      const mean = this.#recent.reduce((sum, loss) => sum + loss, 0) / this.#recent.length;
      const total = values.minutes === undefined ? `/${values.epochs}` : "";
      this.#progress.update(
        `epoch ${epoch.toFixed(2)}${total}  step ${step}  training ${(-10 * Math.log10(mean)).toFixed(2)} dB  ` +
          `test view ${Number.isNaN(this.#psnr) ? "–" : this.#psnr.toFixed(2)} dB  ${rate.toFixed(2)} steps/s  ` +
          `ETA ${formatDuration(Math.max(0, Math.min(left, (values.minutes ?? Infinity) * 60 - seconds)))}`,
      );
    }
    return seconds >= (values.minutes ?? Infinity) * 60;
  }

  /** Renders the test views, writes what a finished or interrupted run leaves, and says where. */
  async finish(aborted: boolean): Promise<void> {
    const { folder, field, optimizer, values, test, name, record } = this.subject;
    const event = this.#last!;
    await this.#writeCheckpoint(event.step);
    const psnrs: number[] = [];
    const ssims: number[] = [];
    for (const [i, view] of test.entries()) {
      const rendered = await this.#render(view, `test view ${i + 1} of ${test.length}`);
      psnrs.push(peakSignalToNoiseRatio(rendered.picture.pixels, view.picture.pixels));
      ssims.push(structuralSimilarity(rendered.picture, view.picture));
      const file = `test/${String(i).padStart(3, "0")}`;
      const comparison = [view.picture, rendered.picture, errorPicture(rendered.picture, view.picture)];
      await folder.writeFile(`${file}.png`, encodePng(rendered.picture));
      await folder.writeFile(`${file}_comparison.png`, encodePng(sideBySide(comparison)));
      await folder.writeFile(`${file}_depth.png`, encodePng(depthMap(rendered, record.space)));
    }
    this.#psnr = psnrs[0];
    this.#append(event);
    this.#progress.finish();
    const points = (await folder.readMetrics()).map(({ step, seconds, psnr }) => {
      return { step: Number(step), seconds: Number(seconds), value: Number(psnr) };
    });
    try {
      const title = `${name}: ${values.activation}, ${optimizer.spec.name}, first test view`;
      await folder.writeFile(
        "convergence.svg",
        await convergenceSvg(points, title, { name: "PSNR", label: "PSNR (dB)" }),
      );
    } catch (error) {
      console.error(`convergence.svg is left out: ${(error as Error).message}`);
    }
    const seconds = this.#earlier.seconds + event.seconds;
    const mean = (numbers: number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
    await folder.writeSummary({
      task: "nerf",
      adapter: field.gpu.adapter.name,
      parameters: field.parameterCount,
      steps: event.step,
      seconds,
      stepsPerSecond: event.step / seconds,
      testPsnr: mean(psnrs),
      testSsim: mean(ssims),
      views: test.map((view, i) => ({ name: view.name, psnr: psnrs[i], ssim: ssims[i] })),
      hvps: this.#earlier.hvps + event.hvps,
      aborted,
    });
    if (aborted) console.log(`Stopped at step ${event.step}. To go on: deno task nerf --resume ${folder.path}`);
    console.log(
      `Test views: PSNR ${mean(psnrs).toFixed(2)} dB, SSIM ${mean(ssims).toFixed(3)} after ${event.step} steps; ` +
        `the run is in ${folder.path}`,
    );
  }

  /** Writes what the run depends on; the kernels are known only when training starts. */
  async #writeConfig(): Promise<void> {
    const { folder, field, optimizer, values, name } = this.subject;
    const { gpu, description } = field;
    await folder.writeConfig({
      task: "nerf",
      options: { ...values, resume: undefined, name },
      optimizer: { name: optimizer.spec.name, ...optimizer.spec.options },
      layers: description.layers.map((layer) => layer.name),
      adapter: gpu.adapter,
      kernels: gpu.choices,
      versions: Deno.version,
    });
  }

  async #evaluate(event: TrainEvent): Promise<void> {
    const [view] = this.subject.test;
    const { picture } = await this.#render(view, "test view");
    this.#psnr = peakSignalToNoiseRatio(picture.pixels, view.picture.pixels);
    this.#append(event);
    await this.#writeCheckpoint(event.step);
  }

  #append(event: TrainEvent): void {
    if (event.step === this.#recordedAt) return;
    this.#recordedAt = event.step;
    const mean = this.#recent.reduce((sum, loss) => sum + loss, 0) / this.#recent.length;
    this.subject.folder.appendMetrics({
      step: event.step,
      epoch: event.epoch,
      seconds: this.#earlier.seconds + event.seconds,
      loss: mean,
      psnr: this.#psnr,
      hvps: this.#earlier.hvps + event.hvps,
    });
  }

  #render(view: View, what: string) {
    const { field, volume, record } = this.subject;
    return renderView(field, view.camera, {
      ...volume,
      space: record.space,
      onProgress: (done) => this.#progress.update(`${what}: ${Math.round(100 * done)} % rendered`),
    });
  }

  async #writeCheckpoint(step: number): Promise<void> {
    const { folder, field, optimizer } = this.subject;
    await folder.writeCheckpoint(stepCheckpointName(step), await encodeCheckpoint(field, optimizer));
  }
}
