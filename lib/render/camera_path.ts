import { checkWhole } from "../codec/image/check_picture.ts";
import {
  addScaled,
  type Camera,
  cross,
  dot,
  normalise,
  poseColumn,
  poseOf,
  type Vector3,
} from "../data/scene/camera.ts";
import { focusOf } from "../data/scene/focus.ts";
import { checkBounds, meanPose, type SceneBounds } from "../data/scene/ray_space.ts";

/** The kinds of camera paths; see {@linkcode cameraPath}. */
export const CAMERA_PATHS = ["spiral", "orbit"] as const;

/** A kind of camera path; see {@linkcode cameraPath}. */
export type CameraPathKind = (typeof CAMERA_PATHS)[number];

/**
 * Makes cameras along a closed path. They have the lens of the scene's first camera, without its distortion.
 *
 * - `spiral`, for forward-facing cameras: two turns about the mean camera, as wide as the cameras are apart (90th percentile), looking
 *   at a point between near and far, as in the code of LLFF;
 * - `orbit`: one turn around the point that the cameras look at, at their mean distance and height.
 *
 * @param frames The number of cameras; at least 1.
 * @throws {RangeError} If `frames` is not an integer of at least 1.
 * @throws {Error} If the kind is unknown, the bounds are not 0 < near < far, there are no cameras, those of a spiral do not look in about
 * the same direction, or those of an orbit are all in one place.
 */
export function cameraPath(kind: CameraPathKind, scene: SceneBounds, frames: number): Camera[] {
  if (!CAMERA_PATHS.includes(kind)) {
    throw new Error(`cameraPath: expected one of ${CAMERA_PATHS.join(", ")}, found ${kind}.`);
  }
  checkWhole("cameraPath: frames", frames, 1);
  checkBounds("cameraPath", scene.near, scene.far);
  if (scene.cameras.length === 0) throw new Error("cameraPath: expected at least one camera, found none.");
  const poses = kind === "spiral" ? spiral(scene, frames) : orbit(scene, frames);
  const { distortion: _, ...lens } = scene.cameras[0];
  return poses.map((pose) => ({ ...lens, pose }));
}

function spiral({ cameras, near, far }: SceneBounds, frames: number): number[][] {
  const poses = cameras.map(({ pose }) => pose);
  const mean = meanPose(poses);
  const axes = [0, 1, 2].map((column) => poseColumn(mean, column));
  const middle = poseColumn(mean, 3);
  const radii = axes.map((axis) =>
    percentile(poses.map((pose) => Math.abs(dot(axis, minus(poseColumn(pose, 3), middle)))))
  );
  // The focus is three quarters of the way from near to far in inverse distance.
  const focus = 1 / (0.25 / near + 0.75 / far);
  const target = addScaled(middle, axes[2], -focus);
  return Array.from({ length: frames }, (_, i) => {
    const angle = 4 * Math.PI * i / frames;
    let position = addScaled(middle, axes[0], radii[0] * Math.cos(angle));
    position = addScaled(position, axes[1], -radii[1] * Math.sin(angle));
    position = addScaled(position, axes[2], -radii[2] * Math.sin(angle / 2));
    return lookingAt(position, target, axes[1]);
  });
}

function orbit({ cameras }: SceneBounds, frames: number): number[][] {
  const poses = cameras.map(({ pose }) => pose);
  const focus = focusOf(poses);
  const ups = poses.reduce<Vector3>((sum, pose) => addScaled(sum, poseColumn(pose, 1), 1), [0, 0, 0]);
  // The mean up direction vanishes if half of the cameras are upside down.
  const up = normalise(Math.hypot(...ups) > 1e-6 ? ups : poseColumn(poses[0], 1));
  const offsets = poses.map((pose) => minus(poseColumn(pose, 3), focus));
  const heights = offsets.map((offset) => dot(offset, up));
  const height = heights.reduce((sum, each) => sum + each, 0) / heights.length;
  const distances = offsets.map((offset) => Math.hypot(...offset));
  const distance = distances.reduce((sum, each) => sum + each, 0) / distances.length;
  if (!(distance > 1e-9)) {
    throw new Error("cameraPath: expected cameras around an object for an orbit, but all cameras are in one place.");
  }
  const radius = Math.sqrt(Math.max(distance ** 2 - height ** 2, (distance / 10) ** 2));
  // The orbit starts at the first camera that is not straight above or below the focus. If all are, it starts behind or beside one.
  const directions = [...offsets.map(normalise), ...[2, 0].map((column) => poseColumn(poses[0], column))];
  const start = normalise(
    directions.map((v) => addScaled(v, up, -dot(v, up))).find((v) => Math.hypot(...v) > 1e-6)!,
  );
  const side = cross(up, start);
  return Array.from({ length: frames }, (_, i) => {
    const angle = 2 * Math.PI * i / frames;
    let position = addScaled(focus, up, height);
    position = addScaled(position, start, radius * Math.cos(angle));
    position = addScaled(position, side, radius * Math.sin(angle));
    return lookingAt(position, focus, up);
  });
}

/** The pose of a camera that looks from one point at another. */
export function lookingAt(position: Vector3, target: Vector3, up: Vector3): number[] {
  const back = normalise(minus(position, target));
  const right = normalise(cross(up, back));
  return poseOf(right, cross(back, right), back, position);
}

function minus(a: Vector3, b: Vector3): Vector3 {
  return addScaled(a, b, -1);
}

/** The 90th percentile. */
function percentile(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(0.9 * (values.length - 1))];
}
