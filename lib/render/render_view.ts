import { checkOptions } from "../hyperparameter/members.ts";
import { CAMERA, checkArguments, FIELD, OPTIONS, SPACE } from "../hyperparameter/arguments.ts";
import type { Field } from "../field/field.ts";
import type { Camera } from "../data/scene/camera.ts";
import type { Picture } from "../codec/image/picture.ts";
import { RENDER_OPTIONS, type RenderOptions, renderPixels } from "./render_pixels.ts";

/** A rendered view. */
export interface RenderedView {
  /** The picture, RGB. */
  readonly picture: Picture;
  /** `[height · width]`: depth Σ w t, in units of the ray space. */
  readonly depth: Float32Array;
  /** `[height · width]`: opacity in [0, 1]. */
  readonly opacity: Float32Array;
}

/**
 * Renders the picture of a camera. See `renderPixels` for the errors that it throws.
 *
 * @param camera The camera, in the scene's world.
 */
export async function renderView(field: Field, camera: Camera, options: RenderOptions): Promise<RenderedView> {
  checkOptions("renderView", options, RENDER_OPTIONS);
  checkArguments("renderView", { field: [field, FIELD], camera: [camera, CAMERA], options: [options, OPTIONS] });
  checkArguments("renderView", { space: [options.space, SPACE] });
  const { width, height } = camera;
  const all = Uint32Array.from({ length: width * height }, (_, i) => i);
  const { pixel, depth, opacity } = await renderPixels(field, [camera], all, options);
  return { picture: { width, height, channels: 3, pixels: pixel }, depth, opacity };
}
