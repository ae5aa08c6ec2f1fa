import type { Field } from "../field/field.ts";
import type { Camera } from "../data/scene/camera.ts";
import type { RaySpace } from "../data/scene/ray_space.ts";
import type { Picture } from "../data/picture.ts";
import type { VolumeOptions } from "../objective/volume_rendering.ts";
import { RayCaster } from "./ray_caster.ts";
import { RayEvaluation } from "./ray_evaluation.ts";

/** How a radiance field is looked at. */
export interface RenderOptions extends VolumeOptions {
  /** From the scene's world to what the field sees. */
  readonly space: RaySpace;
  /** Bytes of device memory that a chunk may take. */
  readonly memory?: number;
  /** Told after every chunk which part of the view is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
  /** Stops between two chunks, by throwing its reason. */
  readonly signal?: AbortSignal;
}

/** A rendered view. */
export interface RenderedView {
  /** RGB. */
  readonly picture: Picture;
  /** [height · width]: Σ w t, in units of the ray space. */
  readonly depth: Float32Array;
  /** [height · width]: how much of the background is hidden. */
  readonly opacity: Float32Array;
}

/**
 * Renders what a camera sees, chunk by chunk: memory does not grow with the picture. Intervals are not moved at random.
 *
 * @param camera In the scene's world.
 */
export async function renderView(field: Field, camera: Camera, options: RenderOptions): Promise<RenderedView> {
  const { gpu } = field;
  const { width, height } = camera;
  const count = width * height;
  using caster = new RayCaster(gpu, [camera], options.space, options.intervals);
  using evaluation = new RayEvaluation(field, options, count, options.memory);
  using indices = gpu.buffer("pixel indices", evaluation.chunk * 4);
  const pixels = new Float32Array(count * 3);
  const depth = new Float32Array(count);
  const opacity = new Float32Array(count);
  for (let first = 0; first < count; first += evaluation.chunk) {
    options.signal?.throwIfAborted();
    const rays = Math.min(evaluation.chunk, count - first);
    gpu.write(indices, Uint32Array.from({ length: rays }, (_, i) => first + i));
    const part = await evaluation.run(0, rays, (chunk) => caster.fill(chunk, indices));
    pixels.set(part.pixel, first * 3);
    depth.set(part.depth, first);
    opacity.set(part.opacity, first);
    options.onProgress?.((first + rays) / count);
  }
  return { picture: { width, height, channels: 3, pixels }, depth, opacity };
}
