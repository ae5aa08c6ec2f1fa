import { VOLUME_OPTIONS } from "../objective/volume_rendering.ts";
import { checkArguments, FIELD, OPTIONS } from "../hyperparameter/arguments.ts";
import { checkOptions, LIST, type OptionNames } from "../hyperparameter/members.ts";
import type { Field } from "../field/field.ts";
import type { Camera } from "../data/scene/camera.ts";
import type { RaySpace } from "../data/scene/ray_space.ts";
import type { VolumeOptions } from "../objective/volume_rendering.ts";
import { RayCaster } from "./ray_caster.ts";
import { RayEvaluation, type RenderedRays } from "./ray_evaluation.ts";

/** Options for rendering a radiance field. */
export interface RenderOptions extends VolumeOptions {
  /** The transform from the scene's world to the field's inputs. */
  readonly space: RaySpace;
  /** The most bytes of device memory that a chunk may take. */
  readonly memory?: number;
  /** A function that is called after every chunk with the part that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
  /** Stops the rendering between two chunks by throwing the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The names of {@linkcode RenderOptions}. */
export const RENDER_OPTIONS: OptionNames<RenderOptions> = {
  ...VOLUME_OPTIONS,
  space: true,
  memory: true,
  onProgress: true,
  signal: true,
};

/**
 * Renders pixels of cameras in chunks, so that memory on the device does not depend on their number. Intervals are not moved randomly.
 *
 * @param cameras The cameras in the scene's world. Their pictures may differ in size.
 * @param pixels The numbers of pixels: those of all cameras are counted camera by camera, each in row-major order, as in `rayData`.
 * @returns The results for each pixel, without weights.
 * @throws {Error} If there are no cameras, or the field is not a radiance field.
 * @throws {RangeError} If an entry of `pixels` belongs to no camera, or an option is out of range.
 */
export async function renderPixels(
  field: Field,
  cameras: readonly Camera[],
  pixels: Uint32Array,
  options: RenderOptions,
): Promise<RenderedRays> {
  checkOptions("renderPixels", options, RENDER_OPTIONS);
  checkArguments("renderPixels", { field: [field, FIELD], cameras: [cameras, LIST], options: [options, OPTIONS] });
  const { gpu } = field;
  const count = pixels.length;
  const { space, memory: _memory, onProgress: _onProgress, signal: _signal, ...volume } = options;
  using caster = new RayCaster(gpu, cameras, space, volume);
  const outside = pixels.find((pixel) => pixel >= caster.pixels);
  if (outside !== undefined) {
    throw new RangeError(
      `rendering: expected pixels below ${caster.pixels}, the number of all pixels of the cameras, found ${outside}.`,
    );
  }
  const pixel = new Float32Array(count * 3);
  const [depth, median, medianDensity, opacity] = [0, 0, 0, 0].map(() => new Float32Array(count));
  if (count === 0) return { pixel, depth, median, medianDensity, opacity };
  using evaluation = new RayEvaluation(field, options, count, options.memory);
  using indices = gpu.buffer("pixel indices", evaluation.chunk * 4);
  for (let first = 0; first < count; first += evaluation.chunk) {
    options.signal?.throwIfAborted();
    const rays = Math.min(evaluation.chunk, count - first);
    gpu.write(indices, pixels.slice(first, first + rays));
    const part = await evaluation.run(0, rays, (chunk) => caster.fill(chunk, indices));
    pixel.set(part.pixel, first * 3);
    depth.set(part.depth, first);
    median.set(part.median, first);
    medianDensity.set(part.medianDensity, first);
    opacity.set(part.opacity, first);
    options.onProgress?.((first + rays) / count);
  }
  return { pixel, depth, median, medianDensity, opacity };
}
