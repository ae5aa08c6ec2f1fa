import {
  addScaled,
  type Camera,
  cameraRay,
  cross,
  dot,
  FARTHEST,
  normalise,
  poseColumn,
  poseOf,
  type Vector3,
} from "./camera.ts";
import { focusOf } from "./focus.ts";

/** How rays are laid through space. */
export type RaySpaceKind = "metric" | "inverse" | "ndc";

/** Every {@linkcode RaySpaceKind}. */
export const RAY_SPACES = ["metric", "inverse", "ndc"] as const;

/**
 * From a scene's world to the coordinates that a field sees, which lie about [−1, 1]³. A rigid motion and a scale make a frame
 * of the scene's own, in which near and far are; then
 *
 * - `metric`: distances are equal steps from near to far; the field sees the point times `inputScale`;
 * - `inverse`: equal steps of 1/distance; the field sees the point drawn into a ball (mip-NeRF 360, equation 10), times ½;
 * - `ndc`: rays are those of a pinhole's cube (NeRF, appendix C), equal steps from the near plane, which is at 1, to infinity.
 */
export interface RaySpace {
  /** Which of the three. */
  readonly kind: RaySpaceKind;
  /** World to frame, before the scale: 3 × 4 row-major, rigid. */
  readonly motion: readonly number[];
  /** Frame units of one world unit. */
  readonly scale: number;
  /** In frame units. */
  readonly near: number;
  /** In frame units. */
  readonly far: number;
  /** See `metric`. */
  readonly inputScale: number;
  /** `ndc` only: focal lengths in half pictures. */
  readonly cube: readonly [x: number, y: number];
}

/** What of a scene a ray space depends on. */
export interface SceneBounds {
  /** In its world. */
  readonly cameras: readonly Camera[];
  /** As `Scene.near`. */
  readonly near: number;
  /** As `Scene.far`. */
  readonly far: number;
  /** As `Scene.kind`. */
  readonly kind: "forward" | "around";
}

/**
 * The frame for a scene. Forward-facing cameras: their mean pose becomes the origin and the near bound 1. Cameras around
 * something: what they look at becomes the origin, half the distance between the bounds 1, and the axes stay.
 *
 * @throws {Error} If there are no cameras, bounds are not 0 < near < far, the kind is none of these, or cameras that should look forward
 * do not: all about the same way, for NDC no ray of any backward.
 */
export function raySpace(kind: RaySpaceKind, bounds: SceneBounds): RaySpace {
  const { cameras, near, far } = bounds;
  if (!RAY_SPACES.includes(kind)) {
    throw new Error(`ray space: expected one of ${RAY_SPACES.join(", ")}, found ${kind}.`);
  }
  checkBounds("ray space", near, far);
  if (cameras.length === 0) throw new Error("ray space: expected at least one camera, found none.");
  const poses = cameras.map(({ pose }) => pose);
  if (bounds.kind === "forward") {
    const mean = meanPose(poses);
    const motion = inversePose(mean);
    const scale = 1 / near;
    if (kind === "ndc") checkForward(cameras, poseColumn(mean, 2));
    const { focal, width, height } = cameras[0];
    const cube: [number, number] = [2 * focal[0] / width, 2 * focal[1] / height];
    return { kind, motion, scale, near: 1, far: far * scale, inputScale: 1 / (far * scale), cube };
  }
  if (bounds.kind !== "around") {
    throw new Error(`ray space: expected a scene of the kind forward or around, found ${bounds.kind}.`);
  }
  if (kind === "ndc") {
    throw new Error("NDC: expected a forward-facing scene (LLFF), found cameras around an object.");
  }
  const focus = focusOf(poses);
  const motion = inversePose(poseOf([1, 0, 0], [0, 1, 0], [0, 0, 1], focus));
  const scale = 2 / (far - near);
  return { kind, motion, scale, near: near * scale, far: far * scale, inputScale: 1, cube: [1, 1] };
}

/** A camera seen in a space's frame. */
export function cameraInSpace(camera: Camera, { motion, scale }: RaySpace): Camera {
  const turn = (v: Vector3) =>
    [0, 1, 2].map((i) => dot([motion[4 * i], motion[4 * i + 1], motion[4 * i + 2]], v)) as unknown as Vector3;
  const [right, up, back, position] = [0, 1, 2, 3].map((column) => turn(poseColumn(camera.pose, column)));
  const moved = addScaled(position, poseColumn(motion, 3), 1);
  return { ...camera, pose: poseOf(right, up, back, [moved[0] * scale, moved[1] * scale, moved[2] * scale]) };
}

/**
 * Checks the distances between which a scene lies.
 *
 * @param where How the error calls it.
 * @throws {Error} If they are not 0 < near < far, between 1e−15 and 1e15.
 */
export function checkBounds(where: string, near: number, far: number): void {
  if (!(near > 0 && far > near && far < Infinity)) {
    throw new Error(`${where}: expected distances 0 < near < far, found ${near} and ${far}.`);
  }
  if (near < 1 / FARTHEST || far > FARTHEST) {
    throw new Error(`${where}: expected distances between 1e-15 and 1e15, found ${near} and ${far}.`);
  }
}

/**
 * Mean position, mean back and the up nearest to the mean one.
 *
 * @throws {Error} If the cameras look opposite ways or are turned upside down so evenly that there is no mean.
 */
export function meanPose(poses: readonly (readonly number[])[]): number[] {
  const mean = (column: number) =>
    poses.reduce<Vector3>((sum, pose) => addScaled(sum, poseColumn(pose, column), 1 / poses.length), [0, 0, 0]);
  const back = normalise(mean(2));
  const across = cross(mean(1), back);
  if (!(Math.hypot(...mean(2)) > 1e-6 && Math.hypot(...across) > 1e-6)) {
    throw new Error("cameras: expected all to look in about the same direction, but they have no mean direction.");
  }
  const right = normalise(across);
  return poseOf(right, cross(back, right), back, mean(3));
}

/** Checks that all rays of all cameras, also those in the corners of the pictures, go the cameras' mean way. */
function checkForward(cameras: readonly Camera[], back: Vector3): void {
  const lost = cameras.findIndex((camera) =>
    [[0, 0], [camera.width, 0], [0, camera.height], [camera.width, camera.height]].some(([column, row]) =>
      dot(cameraRay(camera, column, row).direction, back) > -0.05
    )
  );
  if (lost < 0) return;
  throw new Error(
    `NDC: expected cameras that all look forward, but the picture of camera ${lost} shows directions to the side or ` +
      "backward.",
  );
}

/** The inverse of a rigid 3 × 4 matrix. */
function inversePose(pose: readonly number[]): number[] {
  const position = poseColumn(pose, 3);
  const rows = [0, 1, 2].map((column) => poseColumn(pose, column));
  return rows.flatMap((row) => [...row, -dot(row, position)]);
}
