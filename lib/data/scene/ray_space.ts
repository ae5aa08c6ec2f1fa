import { checkArguments } from "../../hyperparameter/arguments.ts";
import { objectWith } from "../../hyperparameter/members.ts";
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

/** A parametrisation of space along rays; see {@linkcode RaySpace}. */
export type RaySpaceKind = "metric" | "inverse" | "ndc";

/** All values of {@linkcode RaySpaceKind}. */
export const RAY_SPACES = ["metric", "inverse", "ndc"] as const;

/**
 * The transform from a scene's world to the coordinates that a field gets as inputs, which are roughly in [−1, 1]³. First a rigid
 * motion and a scale transform the world to the scene's frame, in which near and far are given. Then there are three kinds:
 *
 * - `metric`: samples have equal distances from near to far; the field's input is the point times `inputScale`;
 * - `inverse`: samples have equal steps of 1/distance; the input is the point contracted into a ball (mip-NeRF 360, equation 10), times
 *   ½;
 * - `ndc`: rays are in the normalised device coordinates of a pinhole camera (NeRF, appendix C), with equal steps from the near plane,
 *   which is at 1, to infinity.
 */
export interface RaySpace {
  /** The kind of parametrisation. */
  readonly kind: RaySpaceKind;
  /** The rigid motion from world to frame, before scaling: 3 × 4 row-major. */
  readonly motion: readonly number[];
  /** The number of frame units per world unit. */
  readonly scale: number;
  /** The distance at which rays begin, in frame units. */
  readonly near: number;
  /** The distance at which rays end, in frame units. */
  readonly far: number;
  /** The factor of the field's inputs; `metric` only. */
  readonly inputScale: number;
  /** The focal lengths in units of half the picture's size; `ndc` only. */
  readonly cube: readonly [x: number, y: number];
}

/** The properties of a scene on which its ray space depends. */
export interface SceneBounds {
  /** The cameras, in the scene's world. */
  readonly cameras: readonly Camera[];
  /** The nearest distance along rays; see `Scene.near`. */
  readonly near: number;
  /** The farthest distance along rays; see `Scene.far`. */
  readonly far: number;
  /** The arrangement of the cameras; see `Scene.kind`. */
  readonly kind: "forward" | "around";
}

const BOUNDS = objectWith("the bounds of a scene: its cameras, kind, near and far", "cameras", "kind", "near", "far");

/**
 * Makes the ray space of a scene. For forward-facing cameras, their mean pose becomes the origin and the near bound 1. For cameras
 * around an object, the point that they look at becomes the origin and half the distance between the bounds 1; the axes stay.
 *
 * @throws {Error} If there are no cameras, the bounds are not 0 < near < far, or a kind is unknown; if forward-facing cameras do not all
 * look in about the same direction; for NDC, if a ray of a camera does not go forward.
 */
export function raySpace(kind: RaySpaceKind, bounds: SceneBounds): RaySpace {
  checkArguments("raySpace", { bounds: [bounds, BOUNDS] });
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

/** A camera in the coordinates of a space's frame. */
export function cameraInSpace(camera: Camera, { motion, scale }: RaySpace): Camera {
  const turn = (v: Vector3) =>
    [0, 1, 2].map((i) => dot([motion[4 * i], motion[4 * i + 1], motion[4 * i + 2]], v)) as unknown as Vector3;
  const [right, up, back, position] = [0, 1, 2, 3].map((column) => turn(poseColumn(camera.pose, column)));
  const moved = addScaled(position, poseColumn(motion, 3), 1);
  return { ...camera, pose: poseOf(right, up, back, [moved[0] * scale, moved[1] * scale, moved[2] * scale]) };
}

/**
 * Checks the bounds of a scene.
 *
 * @param where The beginning of the error message.
 * @throws {Error} If they are not 0 < near < far, or not between 1e−15 and 1e15.
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
 * The mean pose of cameras: their mean position, their mean back direction and the up direction that is nearest to their mean.
 *
 * @throws {Error} If their directions cancel, so that there is no mean.
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

/** Checks that all rays of all cameras, including those through the corners of the pictures, go in the mean direction of view. */
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
