import { checkOptions } from "../hyperparameter/members.ts";
import type { Field } from "../field/field.ts";
import { addScaled, type Camera, cameraRay, type Ray, type Vector3 } from "../data/scene/camera.ts";
import { distancePerInput, inputOf, pointOf, worldOf } from "../data/scene/input_space.ts";
import { cameraInSpace, type RaySpace } from "../data/scene/ray_space.ts";
import { firstPixels } from "./ray_caster.ts";
import { RENDER_OPTIONS, type RenderOptions, renderPixels } from "./render_pixels.ts";

/** Coloured points. */
export interface RadiancePoints {
  /** `[points, 3]`: the positions in the scene's world. */
  readonly positions: Float64Array<ArrayBuffer>;
  /** `[points, 3]`: RGB, from 0 to 255. */
  readonly colours: Uint8Array;
}

/** The least opacity of a pixel that gives a point. */
const LEAST_OPACITY = 0.5;

/**
 * Renders pixels of cameras and puts a point of the pixel's colour at its median depth, where half of its opacity is reached. Pixels that are
 * less than half opaque give none.
 *
 * @param cameras The cameras in the scene's world.
 * @param pixels The numbers of pixels, counted as in {@linkcode renderPixels}, and with the same errors.
 */
export async function radiancePoints(
  field: Field,
  cameras: readonly Camera[],
  pixels: Uint32Array,
  options: RenderOptions,
): Promise<RadiancePoints> {
  checkOptions("radiancePoints", options, RENDER_OPTIONS);
  const { points, colours } = await visiblePoints(field, cameras, pixels, options);
  return { positions: Float64Array.from(points.flatMap((point) => [...worldOf(options.space, point)])), colours };
}

/** The same with points in the frame of the space, and the density at each per unit of the field's input. */
export async function visiblePoints(
  field: Field,
  cameras: readonly Camera[],
  pixels: Uint32Array,
  options: RenderOptions,
): Promise<{ readonly points: Vector3[]; readonly colours: Uint8Array; readonly densities: number[] }> {
  const { space } = options;
  const { pixel, median, medianDensity, opacity } = await renderPixels(field, cameras, pixels, options);
  const inSpace = cameras.map((camera) => cameraInSpace(camera, space));
  const firsts = firstPixels(cameras);
  const points: Vector3[] = [];
  const densities: number[] = [];
  const colours = new Uint8Array(3 * pixels.length);
  for (const [i, number] of pixels.entries()) {
    if (opacity[i] < LEAST_OPACITY) continue;
    const owner = firsts.findLastIndex((first) => first <= number);
    const { width } = cameras[owner];
    const place = number - firsts[owner];
    const ray = cameraRay(inSpace[owner], place % width + 0.5, Math.floor(place / width) + 0.5);
    const point = pointAlong(ray, median[i], space);
    if (point === undefined) continue;
    for (let c = 0; c < 3; c++) {
      colours[3 * points.length + c] = Math.round(255 * Math.min(1, Math.max(0, pixel[3 * i + c])));
    }
    points.push(point);
    densities.push(medianDensity[i] * distancePerInput(space, point));
  }
  return { points, colours: colours.subarray(0, 3 * points.length), densities };
}

/** The point of a ray in the space's frame at a depth as rendering counts it; undefined at infinity. */
function pointAlong({ origin, direction }: Ray, depth: number, space: RaySpace): Vector3 | undefined {
  if (space.kind !== "ndc") return addScaled(origin, direction, depth);
  // As in rays.wgsl: the ray begins in the near plane, and ends at infinity.
  const start = addScaled(origin, direction, (-1 - origin[2]) / direction[2]);
  const [x, y] = space.cube;
  const end: Vector3 = [-x * direction[0] / direction[2], -y * direction[1] / direction[2], 1];
  const first = inputOf(space, start);
  const along = addScaled(end, first, -1);
  return pointOf(space, addScaled(first, along, depth / Math.hypot(...along)));
}
