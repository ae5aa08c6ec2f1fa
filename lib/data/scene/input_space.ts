import { dot, poseColumn, type Vector3 } from "./camera.ts";
import type { RaySpace } from "./ray_space.ts";

/**
 * The input of a field at a point, as `ray_points.wgsl` computes it for points on rays, in f64.
 *
 * @param point A point in the space's frame.
 * @returns The input; not finite for a point in the camera plane of NDC.
 */
export function inputOf({ kind, inputScale, cube }: RaySpace, [x, y, z]: Vector3): Vector3 {
  if (kind === "metric") return [x * inputScale, y * inputScale, z * inputScale];
  if (kind === "ndc") return [-cube[0] * x / z, -cube[1] * y / z, 1 + 2 / z];
  const distance = Math.max(1, Math.hypot(x, y, z));
  const factor = 0.5 * (2 - 1 / distance) / distance;
  return [x * factor, y * factor, z * factor];
}

/**
 * The point at which a field has an input: the inverse of {@linkcode inputOf}.
 *
 * @returns A point in the space's frame; undefined for inputs that no point has.
 */
export function pointOf({ kind, inputScale, cube }: RaySpace, [x, y, z]: Vector3): Vector3 | undefined {
  if (kind === "metric") return [x / inputScale, y / inputScale, z / inputScale];
  if (kind === "ndc") {
    if (z >= 1) return undefined;
    const depth = 2 / (1 - z);
    return [x * depth / cube[0], y * depth / cube[1], -depth];
  }
  const length = Math.hypot(x, y, z);
  if (length >= 1) return undefined;
  const factor = length <= 0.5 ? 2 : 0.5 / ((1 - length) * length);
  return [x * factor, y * factor, z * factor];
}

/**
 * How far a ray from the origin goes at a point while the field's input moves by 1: `metric` and `inverse`. In NDC, where distances
 * along rays are those of the inputs, it is 1.
 */
export function distancePerInput({ kind, inputScale }: RaySpace, point: Vector3): number {
  if (kind === "ndc") return 1;
  if (kind === "metric") return 1 / inputScale;
  return 2 * Math.max(1, dot(point, point));
}

/** How far the field's input moves along a whole ray. In NDC it is that of a ray along the axis. */
export function inputsAlongRay({ kind, inputScale, near, far }: RaySpace): number {
  if (kind === "ndc") return 2;
  if (kind === "metric") return (far - near) * inputScale;
  const at = (t: number) => t <= 1 ? t / 2 : 0.5 * (2 - 1 / t);
  return at(far) - at(near);
}

/** A point of the space's frame in the scene's world: the inverse of the space's motion and scale. */
export function worldOf({ motion, scale }: RaySpace, point: Vector3): Vector3 {
  const shift = poseColumn(motion, 3);
  const moved: Vector3 = [point[0] / scale - shift[0], point[1] / scale - shift[1], point[2] / scale - shift[2]];
  return [dot(poseColumn(motion, 0), moved), dot(poseColumn(motion, 1), moved), dot(poseColumn(motion, 2), moved)];
}
