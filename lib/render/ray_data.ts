import { VOLUME_OPTIONS } from "../objective/volume_rendering.ts";
import { checkArguments, DEVICE, OPTIONS, SPACE } from "../hyperparameter/arguments.ts";
import { checkOptions, LIST } from "../hyperparameter/members.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { VolumeOptions } from "../objective/volume_rendering.ts";
import { PixelChoice } from "./pixel_choice.ts";
import { firstPixels, RayCaster } from "./ray_caster.ts";
import { checkFinite } from "../data/check_finite.ts";
import type { TrainingData } from "../data/training_data.ts";
import type { RaySpace } from "../data/scene/ray_space.ts";
import type { View } from "../data/scene/scene.ts";
import { checkPicture } from "../codec/image/check_picture.ts";
import text from "../../wgsl/render/ray_pixels.wgsl" with { type: "text" };

const kernelSource = { name: "ray_pixels", text };

/**
 * The rays through all pixels of all views that are not masked as training data for `volumeRendering`, view by view in row-major order.
 * Views may differ in size. The edges of
 * intervals are drawn anew at every step (stratified sampling), keyed by the run's seed, the step and the ray's place in the batch.
 * Colours are stored with 16 bits per channel and take 8 bytes per pixel.
 *
 * @param volume The options of volume rendering; they must be those of the objective.
 * @example
 * ```ts ignore
 * const scene = await readScene(sceneFolder("scenes/fern"), { size: 126 });
 * const space = raySpace("inverse", { ...scene, cameras: scene.train.map(({ camera }) => camera) });
 * const volume = { intervals: 48, background: scene.background };
 * using data = rayData(gpu, scene.train, space, volume);
 * const objective = volumeRendering(volume);
 * for await (const event of train({ field, objective, data, optimizer, epochs: 4 })) console.log(event.losses.at(-1));
 * const { picture } = await renderView(field, scene.test[0].camera, { ...volume, space });
 * ```
 * @throws {Error} If there are no views, a picture is not RGB of its camera's size, a mask has another size, every pixel is masked, or they
 * exceed the adapter's buffers; when a batch is made, if the objective has another number of intervals.
 */
export function rayData(gpu: Gpu, views: readonly View[], space: RaySpace, volume: VolumeOptions): TrainingData {
  checkOptions("rayData", volume, VOLUME_OPTIONS);
  checkArguments("rayData", {
    gpu: [gpu, DEVICE],
    views: [views, LIST],
    space: [space, SPACE],
    volume: [volume, OPTIONS],
  });
  views.forEach(checkView);
  using made = new DisposableStack();
  const caster = made.use(new RayCaster(gpu, views.map(({ camera }) => camera), space, volume));
  const firsts = firstPixels(views.map(({ camera }) => camera));
  const colours = made.use(gpu.buffer("colours", caster.pixels * 8));
  views.forEach(({ picture }, i) => gpu.write(colours, pack(picture.pixels), firsts[i] * 8));
  const choice = views.some(({ mask }) => mask !== undefined)
    ? made.use(new PixelChoice(gpu, keptPixels(views, firsts)))
    : undefined;
  const owned = made.move();
  return {
    count: choice?.count ?? caster.pixels,
    fill(chunk, samples, draw) {
      const indices = choice?.choose(samples, chunk.first, chunk.samples) ?? samples;
      caster.fill(chunk, indices, draw);
      const { buffer, stride } = chunk.targets.get("pixel")!;
      gpu.dispatch(
        gpu.kernel(kernelSource),
        { indices, colours, batch: buffer },
        { rays: chunk.samples, padded_rays: chunk.paddedSamples, stride, first: chunk.first },
        linearGroups(chunk.paddedSamples, 64),
      );
    },
    [Symbol.dispose]: () => owned.dispose(),
  };
}

function checkView({ name, camera, picture, mask }: View): void {
  checkPicture(`rays: ${name}`, picture);
  const { width, height, channels } = picture;
  if (width !== camera.width || height !== camera.height || channels !== 3) {
    throw new RangeError(
      `rays: ${name}: expected a picture of the camera's width×height×channels ${camera.width}×${camera.height}×3, ` +
        `found ${width}×${height}×${channels}.`,
    );
  }
  checkFinite(
    picture.pixels,
    (i) => `rays: ${name}: row ${Math.floor(i / 3 / width)}, column ${Math.floor(i / 3) % width}`,
  );
  if (mask !== undefined && mask.length !== width * height) {
    throw new RangeError(`rays: ${name}: expected a mask of ${width * height} pixels, found ${mask.length}.`);
  }
}

/** The numbers of the pixels that are not masked. */
function keptPixels(views: readonly View[], firsts: readonly number[]): Uint32Array {
  const all = firsts.at(-1)!;
  const kept = new Uint32Array(all);
  let count = 0;
  views.forEach(({ mask }, i) => {
    for (let pixel = firsts[i]; pixel < firsts[i + 1]; pixel++) {
      if (mask === undefined || mask[pixel - firsts[i]] === 1) kept[count++] = pixel;
    }
  });
  return kept.slice(0, count);
}

/** Packs RGB into two words per pixel, as `ray_pixels.wgsl` reads them. */
function pack(rgb: Float32Array): Uint32Array {
  const level = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 65535);
  const words = new Uint32Array(rgb.length / 3 * 2);
  for (let i = 0; i < words.length / 2; i++) {
    words[2 * i] = level(rgb[3 * i]) + level(rgb[3 * i + 1]) * 65536;
    words[2 * i + 1] = level(rgb[3 * i + 2]);
  }
  return words;
}
