import { RENDER_OPTIONS } from "./render_pixels.ts";
import { checkOptions } from "../hyperparameter/members.ts";
import type { Field } from "../field/field.ts";
import type { Camera } from "../data/scene/camera.ts";
import { inputsAlongRay } from "../data/scene/input_space.ts";
import { checkVolume } from "../objective/volume_rendering.ts";
import { visiblePoints } from "./radiance_points.ts";
import { firstPixels } from "./ray_caster.ts";
import type { RenderOptions } from "./render_pixels.ts";

/** How many pixels are looked at. */
const PIXELS = 2000;

/** The share of visible points that may be less dense than the surface. */
const OUTSIDE = 0.25;

/**
 * Chooses the density of the surface of a radiance field, per unit of the field's input: the one at which an interval of a ray is half
 * opaque, ln 2 divided by the interval's length, but not more than three quarters of the points have that the cameras see. A field after
 * a short training is like fog, in which no interval is half opaque.
 *
 * @param cameras The cameras that the field was trained with, in the scene's world.
 * @throws {Error} As `renderPixels` does.
 */
export async function surfaceThreshold(
  field: Field,
  cameras: readonly Camera[],
  options: RenderOptions,
): Promise<number> {
  checkOptions("surfaceThreshold", options, RENDER_OPTIONS);
  const { space } = options;
  const { intervals } = checkVolume(options);
  const halfOpaque = Math.LN2 * intervals / inputsAlongRay(space);
  const all = firstPixels(cameras).at(-1) ?? 0;
  const count = Math.min(all, PIXELS);
  const pixels = Uint32Array.from({ length: count }, (_, i) => Math.floor((i + 0.5) / count * all));
  const { densities } = await visiblePoints(field, cameras, pixels, options);
  const sorted = densities.toSorted((a, b) => a - b);
  return Math.min(halfOpaque, sorted[Math.floor(OUTSIDE * sorted.length)] ?? Infinity);
}
