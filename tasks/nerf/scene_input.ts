import { resizeCamera } from "../../lib/data/scene/camera.ts";
import { resizePicture } from "../../lib/data/image/resize.ts";
import { firstPixels } from "../../lib/render/ray_caster.ts";
import { rayData } from "../../lib/render/ray_data.ts";
import { raySpace } from "../../lib/data/scene/ray_space.ts";
import { sceneFigures } from "../../lib/data/scene/scene_figures.ts";
import type { Scene, View } from "../../lib/data/scene/scene.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { peakSignalToNoiseRatio } from "../../lib/metric/psnr.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import { type VolumeOptions, volumeRendering } from "../../lib/objective/volume_rendering.ts";
import type { Picture } from "../../lib/codec/image/picture.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import { errorPicture } from "../run/error_picture.ts";
import type { Preview } from "../run/preview.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { cameraPath, type CameraPathKind } from "../../lib/render/camera_path.ts";
import { type RenderOptions, renderPixels } from "../../lib/render/render_pixels.ts";
import { renderView } from "../../lib/render/render_view.ts";
import type { TrainingData } from "../../lib/data/training_data.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { mean } from "../shell/statistics.ts";
import { checkShape, number, object, printable } from "../shell/shape.ts";
import { taskCommand } from "../shell/task_command.ts";
import { UserError } from "../shell/user_error.ts";
import type { Closing, Estimate, Figures, Summary, TrainingInput } from "../training/training_input.ts";
import { CLOSING_SECONDS } from "../training/closing.ts";
import { checkSameData, hashOf } from "../training/data_hash.ts";
import { divideTime } from "../training/closing_parts.ts";
import { removeFrames, renderFrames } from "./frames.ts";
import { type SceneRecord, writeSceneRecord } from "./scene_record.ts";
import { type NerfSettings, volumeFor } from "./settings.ts";
import { spreadPlaces } from "./spread_places.ts";
import { renderTestViews } from "./test_views.ts";
import { counted } from "../shell/counted.ts";

/** How many pixels of all test views together are evaluated during training. They are the same ones each time. */
const PIXELS_WHILE_TRAINING = 4096;

const count = number({ whole: true, min: 1 });

/** What `config.json` has about the scene, by which a resumed run recognises it. */
export const sceneShape = object({
  train: count,
  test: count,
  width: count,
  height: count,
  near: number(),
  far: number(),
  cameras: printable(),
  pictures: printable(),
});

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
  /** For each test view, the pixels that are evaluated during training. */
  readonly #evaluatedPixels: readonly Uint32Array[];
  /** Whether the device is one on which views take long. */
  readonly #isSlow: boolean;
  #secondsToMeasure = 0;
  #pictures?: string;
  #dataHash?: string;

  constructor(gpu: Gpu, readonly scene: Scene, readonly values: NerfSettings) {
    const { train, test, near, far, kind, background } = scene;
    const bounds = { cameras: train.map(({ camera }) => camera), near, far, kind };
    const space = raySpace(values.space ?? (kind === "forward" ? "inverse" : "metric"), bounds);
    this.#record = { bounds, space, background };
    // This throws before training if the scene does not allow this path.
    if (values.path !== undefined) cameraPath(values.path, bounds, 1);
    this.#volume = volumeFor(values, background);
    this.objective = volumeRendering(this.#volume);
    this.#evaluatedPixels = test.map((view) => spreadPixels(view, PIXELS_WHILE_TRAINING / test.length));
    this.#isSlow = gpu.adapter.software;
    this.data = rayData(gpu, train, space, this.#volume);
  }

  /** Seconds between evaluations, so long that evaluating the test views takes at most 1/60 of the training time. */
  get evaluationInterval(): number {
    return Math.max(10, 60 * this.#secondsToMeasure);
  }

  get config(): Record<string, unknown> {
    const { train, test, kind, near, far, background } = this.scene;
    const { width, height } = train[0].camera;
    const all = [...train, ...test].map(({ camera }) => camera);
    const cameras = digest([JSON.stringify(all)]);
    const pictures = this.#pictures ??= digest(photographs(train));
    const counts = { train: train.length, test: test.length };
    const masked = maskedShare(train);
    const sizes = [...new Set(all.map(({ width, height }) => `${width}×${height}`))];
    const further = { ...sizes.length > 1 && { sizes }, ...masked > 0 && { masked }, figures: sceneFigures(all) };
    return { scene: { ...counts, width, height, kind, near, far, background, cameras, pictures, ...further } };
  }

  /** That of the test photographs; `config` has one of the others. */
  get dataHash(): string {
    return this.#dataHash ??= hashOf(photographs(this.scene.test));
  }

  checkUnchanged(config: Readonly<Record<string, unknown>>): void {
    const began = checkShape(config.scene, sceneShape, "config.json, scene");
    const found = this.config.scene as typeof began;
    const size = ({ train, test, width, height }: typeof began) =>
      `${train} + ${counted(test, "view")} of ${width}×${height} pixels`;
    const name = this.values.scene ?? "The scene";
    if (size(began) !== size(found)) {
      throw new UserError(`${name}: expected ${size(began)}, as when the run began, found ${size(found)}.`);
    }
    if (began.cameras !== found.cameras) {
      throw new UserError(`${name}: expected the cameras that the run began with, found different ones.`);
    }
    const bounds = ({ near, far }: typeof began) => `${near} and ${far}`;
    if (bounds(began) !== bounds(found)) {
      throw new UserError(`${name}: expected bounds ${bounds(began)}, as when the run began, found ${bounds(found)}.`);
    }
    if (began.pictures !== found.pictures) {
      throw new UserError(`${name}: expected the training photographs that the run began with, found different ones.`);
    }
    checkSameData(config, this.dataHash, { name, what: "test photographs" });
  }

  begin(folder: RunFolder): Promise<void> {
    return writeSceneRecord(folder, this.#record);
  }

  async measure(field: Field, signal?: AbortSignal): Promise<Figures> {
    const begin = performance.now();
    const { test } = this.scene;
    const cameras = test.map(({ camera }) => camera);
    const firsts = firstPixels(cameras);
    const pixels = this.#evaluatedPixels.flatMap((places, i) => Array.from(places, (place) => firsts[i] + place));
    const { pixel } = await renderPixels(field, cameras, Uint32Array.from(pixels), { ...this.#rendering, signal });
    let first = 0;
    let squares = 0;
    const psnrs = test.map(({ picture }, i) => {
      const places = this.#evaluatedPixels[i];
      const truth = Float32Array.from(
        { length: 3 * places.length },
        (_, at) => picture.pixels[3 * places[Math.floor(at / 3)] + at % 3],
      );
      const found = pixel.subarray(3 * first, 3 * (first += places.length));
      found.forEach((value, at) => squares += (value - truth[at]) ** 2);
      return peakSignalToNoiseRatio(found, truth);
    });
    this.#secondsToMeasure = (performance.now() - begin) / 1000;
    return { loss: squares / (3 * pixels.length), testPsnr: mean(psnrs) };
  }

  async snapshot(field: Field, folder: RunFolder, name: string, signal?: AbortSignal): Promise<void> {
    const { picture } = await renderView(field, this.scene.test[0].camera, { ...this.#rendering, signal });
    await folder.writeFile(`${name}.png`, encodePng(picture));
  }

  async preview(field: Field, signal?: AbortSignal): Promise<Preview> {
    const { camera, picture, mask } = this.scene.test[0];
    const scale = Math.min(1, Math.sqrt(PIXELS_WHILE_TRAINING / (camera.width * camera.height)));
    const [width, height] = [camera.width, camera.height].map((side) => Math.max(1, Math.floor(side * scale)));
    const small = resizeCamera(camera, width, height);
    const { picture: result } = await renderView(field, small, { ...this.#rendering, signal });
    const truth = resizePicture(picture, width, height);
    const error = errorPicture(result, truth);
    if (mask !== undefined) blacken(error, resizePicture(maskPicture(camera, mask), width, height));
    return {
      truth,
      result,
      error,
      titles: [
        "First test view, a photograph",
        "The field from there, in few pixels",
        "Error, from black (0) to pale yellow (0.25 or more)",
      ],
    };
  }

  estimate(evaluation: number): Estimate {
    const { test, train } = this.scene;
    const { path, frames, testViews = Infinity } = this.values;
    const evaluated = this.#evaluatedPixels.reduce((sum, { length }) => sum + length, 0);
    const secondsOf = ({ camera: { width, height } }: View) => evaluation * width * height / evaluated;
    const views = mean(test.map(secondsOf)) * Math.min(test.length, testViews);
    const limit = testViews === Infinity && this.#isSlow ? CLOSING_SECONDS : Infinity;
    const closing = [
      { name: "test views", seconds: Math.min(views, limit), isDivisible: true },
      ...path === undefined ? [] : [{ name: "the path", seconds: frames * secondsOf(train[0]) }],
    ];
    return { snapshot: secondsOf(test[0]), closing };
  }

  async conclude(field: Field, folder: RunFolder, _: TrainEvent, closing: Closing): Promise<Summary> {
    const { path, testViews: views } = this.values;
    const { left } = closing;
    // A view takes too long for a run that was stopped.
    const signal = closing.stopped ? AbortSignal.abort() : closing.signal;
    const seconds = views === undefined && this.#isSlow ? closing.seconds : Infinity;
    if (path !== undefined) await removeFrames(folder, path);
    const parts = this.estimate(this.#secondsToMeasure).closing;
    const forViews = () => left() - (divideTime(parts, left())["the path"] ?? 0);
    const summary = await renderTestViews(field, folder, this.scene, this.#rendering, {
      ...closing,
      left: forViews,
      signal,
      views,
      seconds,
    });
    if (path !== undefined) {
      await this.#concludePath(field, folder, path, { ...closing, signal, seconds: parts[1].seconds });
    }
    return summary;
  }

  /** Renders the frames of the camera path, unless there is no time for all of them. */
  async #concludePath(field: Field, folder: RunFolder, path: CameraPathKind, closing: Closing): Promise<void> {
    const { frames, gif } = this.values;
    const { say, print, signal, seconds, left, leaveOut } = closing;
    const made = signal.aborted || left() < seconds
      ? 0
      : await renderFrames(folder, field, this.#record, this.#volume, { path, frames, gif, say, signal });
    if (made === frames) return;
    if (closing.isLate()) {
      const args = ["render", folder.path, "--path", path, "--frames", `${frames}`];
      const command = taskCommand("nerf", folder.path, args);
      return leaveOut(`${frames} frames of the path`, command);
    }
    print(
      `${made} of ${frames} frames of the path were rendered before the interruption; deno task nerf render renders all.`,
    );
  }

  /** How views of the field are rendered. */
  get #rendering(): RenderOptions {
    return { ...this.#volume, space: this.#record.space };
  }

  [Symbol.dispose](): void {
    this.data[Symbol.dispose]();
  }
}

/** Pixels of a view that are not masked, evenly spread, at most `most` of them but at least one. */
function spreadPixels({ camera: { width, height }, mask }: View, most: number): Uint32Array {
  const kept = mask && Uint32Array.from(mask.keys()).filter((pixel) => mask[pixel] === 1);
  const size = kept?.length ?? width * height;
  const count = Math.min(size, Math.max(1, Math.floor(most)));
  return spreadPlaces(count, size).map((place) => kept?.[place] ?? place);
}

/** A mask as a grey picture: 1 for pixels that are kept. */
function maskPicture({ width, height }: View["camera"], mask: Uint8Array): Picture {
  return { width, height, channels: 1, pixels: Float32Array.from(mask) };
}

/** Shows no error where less than half of a pixel is kept. */
function blacken({ pixels }: Picture, kept: Picture): void {
  for (let i = 0; i < kept.pixels.length; i++) if (kept.pixels[i] < 0.5) pixels.fill(0, 3 * i, 3 * i + 3);
}

/** The part of the pixels of some views that is masked. */
function maskedShare(views: readonly View[]): number {
  const pixels = views.reduce((sum, { picture: { width, height } }) => sum + width * height, 0);
  const masked = views.reduce((sum, { mask }) => sum + (mask?.reduce((count, kept) => count + 1 - kept, 0) ?? 0), 0);
  return masked / pixels;
}

/** The pixels of views, and where they are masked. */
function photographs(views: readonly View[]): (Float32Array | Uint8Array)[] {
  return views.flatMap(({ picture, mask }) => [picture.pixels, ...mask ? [mask] : []]);
}

/** A short hash, by which different data can be told apart. */
function digest(parts: Parameters<typeof hashOf>[0]): string {
  return hashOf(parts).slice(0, 16);
}
