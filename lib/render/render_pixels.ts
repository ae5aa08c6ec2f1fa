import type { Field } from "../field/field.ts";
import type { Camera } from "../data/scene/camera.ts";
import type { RaySpace } from "../data/scene/ray_space.ts";
import type { VolumeOptions } from "../objective/volume_rendering.ts";
import { RayCaster } from "./ray_caster.ts";
import { RayEvaluation, type RenderedRays } from "./ray_evaluation.ts";

/** How a radiance field is looked at. */
export interface RenderOptions extends VolumeOptions {
  /** From the scene's world to what the field sees. */
  readonly space: RaySpace;
  /** Bytes of device memory that a chunk may take. */
  readonly memory?: number;
  /** Told after every chunk which part is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
  /** Stops between two chunks, by throwing its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Renders pixels that cameras see, chunk by chunk: memory does not grow with their number. Intervals are not moved at random.
 *
 * @param cameras In the scene's world; all of one size.
 * @param pixels Pixel s mod (width · height) of camera s div (width · height) for each entry s, as in `rayData`.
 * @returns One entry for each, without weights.
 * @throws When there are no cameras or they differ in size, or the field is no radiance field.
 * @throws {RangeError} If an entry of `pixels` is of no camera, or an option is out of range.
 */
export async function renderPixels(
  field: Field,
  cameras: readonly Camera[],
  pixels: Uint32Array,
  options: RenderOptions,
): Promise<RenderedRays> {
  const { gpu } = field;
  const count = pixels.length;
  using caster = new RayCaster(gpu, cameras, options.space, options);
  const most = cameras.length * caster.width * caster.height;
  const outside = pixels.find((pixel) => pixel >= most);
  if (outside !== undefined) {
    throw new RangeError(`rendering: expected pixels below ${most} (cameras · width · height), found ${outside}.`);
  }
  if (count === 0) return { pixel: new Float32Array(0), depth: new Float32Array(0), opacity: new Float32Array(0) };
  using evaluation = new RayEvaluation(field, options, count, options.memory);
  using indices = gpu.buffer("pixel indices", evaluation.chunk * 4);
  const pixel = new Float32Array(count * 3);
  const depth = new Float32Array(count);
  const opacity = new Float32Array(count);
  for (let first = 0; first < count; first += evaluation.chunk) {
    options.signal?.throwIfAborted();
    const rays = Math.min(evaluation.chunk, count - first);
    gpu.write(indices, pixels.slice(first, first + rays));
    const part = await evaluation.run(0, rays, (chunk) => caster.fill(chunk, indices));
    pixel.set(part.pixel, first * 3);
    depth.set(part.depth, first);
    opacity.set(part.opacity, first);
    options.onProgress?.((first + rays) / count);
  }
  return { pixel, depth, opacity };
}
