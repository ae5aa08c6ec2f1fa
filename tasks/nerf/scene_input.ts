import { createHash } from "node:crypto";
import { rayData } from "../../lib/render/ray_data.ts";
import { raySpace } from "../../lib/data/scene/ray_space.ts";
import type { Scene, View } from "../../lib/data/scene/scene.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { peakSignalToNoiseRatio } from "../../lib/metric/psnr.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import { type VolumeOptions, volumeRendering } from "../../lib/objective/volume_rendering.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { cameraPath } from "../../lib/render/camera_path.ts";
import { type RenderOptions, renderPixels } from "../../lib/render/render_pixels.ts";
import { renderView } from "../../lib/render/render_view.ts";
import type { TrainingData } from "../../lib/data/training_data.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { mean } from "../shell/statistics.ts";
import { UserError } from "../shell/user_error.ts";
import type { Closing, Figures, Summary, TrainingInput } from "../training/training_input.ts";
import { removeFrames, renderFrames } from "./frames.ts";
import { type SceneRecord, writeSceneRecord } from "./scene_record.ts";
import { type NerfSettings, volumeFor } from "./settings.ts";
import { renderTestViews } from "./test_views.ts";

/** How many pixels of the test views are evaluated during training. They are the same ones each time. */
const PIXELS_WHILE_TRAINING = 4096;

/** A scene on the device. A run that trains on it writes renderings of the test views, depth maps and, if asked for, a camera path. */
export class SceneInput implements TrainingInput {
  readonly outputs = 4;
  readonly quality = {
    figure: "testPsnr",
    name: "test PSNR",
    label: "Mean PSNR of test views (dB)",
    digits: 2,
    unit: " dB",
  };
  readonly data: TrainingData;
  readonly objective: Objective;
  readonly #record: SceneRecord;
  readonly #volume: VolumeOptions;
  readonly #evaluatedPixels: Uint32Array;
  #secondsToMeasure = 0;
  #pictures?: string;

  constructor(gpu: Gpu, readonly scene: Scene, readonly values: NerfSettings) {
    const { train, test, near, far, kind, background } = scene;
    const bounds = { cameras: train.map(({ camera }) => camera), near, far, kind };
    const space = raySpace(values.space ?? (kind === "forward" ? "inverse" : "metric"), bounds);
    this.#record = { bounds, space, background };
    // This throws before training if the scene does not allow this path.
    if (values.path !== undefined) cameraPath(values.path, bounds, 1);
    this.#volume = volumeFor(values, background);
    this.objective = volumeRendering(this.#volume);
    this.#evaluatedPixels = spreadPixels(test.length, pixelsOf(test[0]), PIXELS_WHILE_TRAINING);
    this.data = rayData(gpu, train, space, this.#volume);
  }

  /** Seconds between evaluations, so long that evaluating the test views takes at most 1/60 of the training time. */
  get evaluationInterval(): number {
    return Math.max(10, 60 * this.#secondsToMeasure);
  }

  get config(): Record<string, unknown> {
    const { train, test, kind, near, far, background } = this.scene;
    const { width, height } = train[0].camera;
    const cameras = digest([JSON.stringify([...train, ...test].map(({ camera }) => camera))]);
    const pictures = this.#pictures ??= digest(train.map(({ picture }) => picture.pixels));
    const counts = { train: train.length, test: test.length };
    return { scene: { ...counts, width, height, kind, near, far, background, cameras, pictures } };
  }

  checkUnchanged(config: Readonly<Record<string, unknown>>): void {
    const [began, found] = [config.scene, this.config.scene].map((scene) => (scene ?? {}) as Record<string, unknown>);
    const size = ({ train, test, width, height }: Record<string, unknown>) =>
      `${train} + ${test} views of ${width}×${height} pixels`;
    const name = this.values.scene ?? "The scene";
    if (size(began) !== size(found)) {
      throw new UserError(`${name}: expected ${size(began)}, as when the run began, found ${size(found)}.`);
    }
    if (began.cameras !== found.cameras) {
      throw new UserError(`${name}: expected the cameras that the run began with, found different ones.`);
    }
    const bounds = ({ near, far }: Record<string, unknown>) => `${near} and ${far}`;
    if (bounds(began) !== bounds(found)) {
      throw new UserError(`${name}: expected bounds ${bounds(began)}, as when the run began, found ${bounds(found)}.`);
    }
    if (began.pictures !== found.pictures) {
      throw new UserError(`${name}: expected the training photographs that the run began with, found different ones.`);
    }
  }

  begin(folder: RunFolder): Promise<void> {
    return writeSceneRecord(folder, this.#record);
  }

  async measure(field: Field, signal?: AbortSignal): Promise<Figures> {
    const begin = performance.now();
    const { test } = this.scene;
    const cameras = test.map(({ camera }) => camera);
    const { pixel } = await renderPixels(field, cameras, this.#evaluatedPixels, { ...this.#rendering, signal });
    const each = this.#evaluatedPixels.length / test.length;
    const psnrs = test.map(({ picture }, i) => {
      const truth = Float32Array.from({ length: 3 * each }, (_, at) => {
        const place = this.#evaluatedPixels[i * each + Math.floor(at / 3)] % pixelsOf(test[i]);
        return picture.pixels[3 * place + at % 3];
      });
      return peakSignalToNoiseRatio(pixel.subarray(3 * i * each, 3 * (i + 1) * each), truth);
    });
    this.#secondsToMeasure = (performance.now() - begin) / 1000;
    return { testPsnr: mean(psnrs) };
  }

  async snapshot(field: Field, folder: RunFolder, name: string): Promise<void> {
    const { picture } = await renderView(field, this.scene.test[0].camera, this.#rendering);
    await folder.writeFile(`${name}.png`, encodePng(picture));
  }

  async conclude(field: Field, folder: RunFolder, _: TrainEvent, closing: Closing): Promise<Summary> {
    const { path, frames, testViews: views } = this.values;
    const { say, print } = closing;
    // A view takes too long for a run that was stopped.
    const signal = closing.stopped ? AbortSignal.abort() : closing.signal;
    const seconds = views === undefined && field.gpu.adapter.software ? closing.seconds : Infinity;
    if (path !== undefined) await removeFrames(folder, path);
    const summary = await renderTestViews(field, folder, this.scene, this.#rendering, { ...closing, signal, views, seconds });
    if (path !== undefined) {
      const made = signal.aborted
        ? 0
        : await renderFrames(folder, field, this.#record, this.#volume, { path, frames, say, signal });
      if (made < frames) {
        print(
          `${made} of ${frames} frames of the path were rendered before the interruption; deno task nerf render renders all.`,
        );
      }
    }
    return summary;
  }

  /** How views of the field are rendered. */
  get #rendering(): RenderOptions {
    return { ...this.#volume, space: this.#record.space };
  }

  [Symbol.dispose](): void {
    this.data[Symbol.dispose]();
  }
}

/**
 * Pixels spread evenly over views, equally many in each and at most `most` in total (at least one in each view), numbered as
 * `renderPixels` numbers them.
 *
 * @param size The number of pixels of a view.
 */
function spreadPixels(views: number, size: number, most: number): Uint32Array {
  const each = Math.min(size, Math.max(1, Math.floor(most / views)));
  const golden = (Math.sqrt(5) - 1) / 2;
  return Uint32Array.from({ length: views * each }, (_, i) => {
    const place = i % each;
    // Multiples of the golden ratio, modulo 1, are evenly spread and never fall into step with the rows.
    const pixel = each === size ? place : Math.floor(((place + 0.5) * golden % 1) * size);
    return Math.floor(i / each) * size + pixel;
  });
}

function pixelsOf({ camera: { width, height } }: View): number {
  return width * height;
}

/** A short hash, by which different data can be told apart. */
function digest(parts: readonly (string | Float32Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex").slice(0, 16);
}
