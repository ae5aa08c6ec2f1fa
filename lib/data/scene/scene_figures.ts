import { addScaled, type Camera, dot, normalise, poseColumn, poseOf, type Vector3 } from "./camera.ts";
import { areNearlyParallel, focusDoubt, focusOf } from "./focus.ts";
import type { SceneBounds } from "./ray_space.ts";

/** Pictures narrower or wider than this, in degrees, are warned of. */
const [NARROW, WIDE] = [15, 115];
/** The largest ratio of the focal lengths across and down for which pixels count as square. */
const SQUARE = 1.2;
/** The fewest cameras among which one can be far from all others. */
const FEWEST_CAMERAS = 5;
/** A camera is far from all others if it is so many times as far from their middle as is usual. */
const OUTLYING = 20;
/** Axes that pass a point by no more than this part of its distance meet there. */
const SURE_MISS = 0.1;

/** Figures by which one sees whether the cameras of a scene are as they should be. Distances are in units of the poses. */
export interface SceneFigures {
  /** The point that is nearest to the optical axes of all cameras. */
  readonly focus: Vector3;
  /** The distances of the cameras from it: the least, the mean and the largest. */
  readonly distances: readonly [least: number, mean: number, largest: number];
  /** How far the optical axes pass it by, as a part of the cameras' distance (root mean square). */
  readonly miss: number;
  /** How many cameras have it behind them. */
  readonly behind: number;
  /** How many cameras look away from the middle of all cameras. */
  readonly outward: number;
  /** The angles between the left and the right edge of the pictures, in degrees: the least and the largest. */
  readonly fieldOfView: readonly [least: number, largest: number];
  /** The largest distance of a principal point from the middle of its picture, as a part of the picture's width or height. */
  readonly offCentre: number;
}

/** Computes the figures of cameras. */
export function sceneFigures(cameras: readonly Camera[]): SceneFigures {
  const poses = cameras.map(({ pose }) => pose);
  const angles = cameras.map(({ width, focal }) => 2 * Math.atan(width / 2 / focal[0]) * 180 / Math.PI);
  const off = cameras.flatMap(({ width, height, centre: [x, y] }) => [x / width - 0.5, y / height - 0.5]);
  return {
    ...axisFigures(poses),
    fieldOfView: [least(angles), largest(angles)],
    offCentre: largest(off.map(Math.abs)),
  };
}

/**
 * Warnings about cameras that do not seem to be as the bounds and the conventions (docs/conventions.md) have it.
 *
 * @param where The beginning of each warning.
 * @param names The names of the cameras.
 */
export function cameraWarnings(
  where: string,
  { cameras, near, far, kind }: SceneBounds,
  names: readonly string[],
): string[] {
  const poses = cameras.map(({ pose }) => pose);
  const figures = sceneFigures(cameras);
  // Of axes that are nearly parallel, the nearest point says nothing.
  const isKnown = kind === "around" || !areNearlyParallel(poses);
  const outliers = outlierWarnings(where, poses, names);
  const warnings = [
    ...outliers,
    // One camera far away moves the point that all are measured by.
    ...isKnown && outliers.length === 0 ? conventionWarnings(where, poses, figures, kind) : [],
  ];
  const { distances, fieldOfView, miss } = figures;
  // Cameras that look forward by hand pass their nearest point by some way, and it need not be what they look at.
  const inside = kind === "forward"
    ? miss > SURE_MISS || (distances[1] > near / 2 && distances[1] < 2 * far)
    : distances[0] > near && distances[2] < far;
  if (warnings.length === 0 && !inside && focusDoubt(poses) === undefined) {
    const [a, b, c] = distances.map(short);
    warnings.push(
      `${where}: rays go from ${short(near)} to ${
        short(far)
      }, but what the cameras look at is ${a} to ${c} away from them ` +
        `(${b} in the mean); near and far are in the units of the poses.`,
    );
  }
  const odd = cameras.find(({ width, height, centre: [x, y] }) =>
    Math.abs(x / width - 0.5) > 0.2 || Math.abs(y / height - 0.5) > 0.2
  );
  if (odd !== undefined) {
    const { width, height, centre } = odd;
    warnings.push(
      `${where}: a principal point is far from the middle of its picture: (${centre.map(short).join(", ")}) in ` +
        `${width}×${height} pixels; if the camera is given for another size, add it as w and h.`,
    );
  }
  const squeezed = cameras.find(({ focal: [x, y] }) => x / y > SQUARE || y / x > SQUARE);
  if (squeezed !== undefined) {
    warnings.push(
      `${where}: the focal lengths ${
        squeezed.focal.map(short).join(" and ")
      } of a camera mean that pixels are far from square.`,
    );
  }
  if (fieldOfView[0] < NARROW || fieldOfView[1] > WIDE) {
    warnings.push(
      `${where}: pictures are ${
        fieldOfView.map(short).join(" to ")
      } degrees wide, which is unusual; if the focal length is given ` +
        `for another size, add it as w and h.`,
    );
  }
  return warnings;
}

/** Warnings of cameras that are far from all others. */
function outlierWarnings(where: string, poses: readonly (readonly number[])[], names: readonly string[]): string[] {
  if (poses.length < FEWEST_CAMERAS) return [];
  const positions = poses.map((pose) => poseColumn(pose, 3));
  const middle = [0, 1, 2].map((k) => median(positions.map((position) => position[k]))) as unknown as Vector3;
  const distances = positions.map((position) => Math.hypot(...addScaled(position, middle, -1)));
  const usual = median(distances);
  const odd = distances.flatMap((distance, i) => usual > 0 && distance > OUTLYING * usual ? [i] : []);
  if (odd.length === 0) return [];
  const [first] = odd;
  const further = odd.length > 1 ? `, and ${odd.length - 1} more are alike` : "";
  return [
    `${where}: the camera of ${names[first]} is ${
      short(distances[first] / usual)
    } times as far from the middle of all cameras as is usual${further}.`,
  ];
}

/** A warning if the cameras look away from one another, or as if their matrices were meant in another way. */
function conventionWarnings(
  where: string,
  poses: readonly (readonly number[])[],
  { behind, outward, miss, distances }: SceneFigures,
  kind: SceneBounds["kind"],
): string[] {
  const count = poses.length;
  if (count < 3) return [];
  const apart = distances[2] > 1e-9;
  const away = Math.max(behind, outward);
  const expected = kind === "forward"
    ? "Camera-to-world matrices with the columns down, right and back are expected."
    : "Camera-to-world matrices of cameras that look along −z are expected.";
  const found = !apart
    ? "all cameras are in one place"
    : outward * 4 > count * 3
    ? `${outward} of ${count} cameras look away from the middle of all cameras`
    : behind * 4 > count * 3
    ? `${behind} of ${count} cameras look away from the point nearest to their optical axes`
    : `the optical axes pass the point nearest to them by ${short(100 * miss)} % of its distance`;
  const inverted = axisFigures(poses.map(invertedPose));
  const meets = inverted.miss < 0.1 && (inverted.behind === 0 || inverted.behind === count);
  const upright = (some: readonly (readonly number[])[]) =>
    Math.hypot(...mean(some.map((pose) => poseColumn(pose, 1))));
  const [ups, invertedUps] = [upright(poses), upright(poses.map(invertedPose))];
  const doubtful = away > 0 || !apart || miss > 0.3;
  if (meets && doubtful && (!apart || inverted.miss < miss / 3)) {
    const hint = "the matrices seem to be world-to-camera: inverted, all cameras look at one point";
    return [`${where}: ${found}; ${hint}. ${expected}`];
  }
  if (meets && ups < 0.3 && invertedUps > 0.6) {
    const hint = "the matrices seem to be world-to-camera: inverted, all cameras are upright and look at one point";
    return [`${where}: the cameras are upright in no common direction; ${hint}. ${expected}`];
  }
  if (away * 4 <= count * 3) return [];
  const about = behind === count && miss < 0.3
    ? "the matrices seem to be world-to-camera or those of cameras that look along +z (OpenCV)"
    : "if they are not meant to, the matrices are given in another convention";
  return [`${where}: ${found}; ${about}. ${expected}`];
}

/** The figures that depend on poses alone. */
function axisFigures(poses: readonly (readonly number[])[]) {
  const focus = focusOf(poses);
  const positions = poses.map((pose) => poseColumn(pose, 3));
  const backs = poses.map((pose) => poseColumn(pose, 2));
  const offsets = positions.map((position) => addScaled(focus, position, -1));
  const distances = offsets.map((offset) => Math.hypot(...offset));
  const depths = offsets.map((offset, i) => -dot(offset, backs[i]));
  const misses = distances.map((distance, i) => Math.max(0, distance ** 2 - depths[i] ** 2));
  const middle = mean(positions);
  const outward = positions.filter((position, i) => {
    const inward = addScaled(middle, position, -1);
    return Math.hypot(...inward) > 1e-9 && dot(normalise(inward), backs[i]) > 0.2;
  }).length;
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  return {
    focus,
    distances: [least(distances), total(distances) / poses.length, largest(distances)] as const,
    miss: Math.sqrt(total(misses) / Math.max(total(distances.map((d) => d * d)), Number.MIN_VALUE)),
    behind: depths.filter((depth, i) => depth <= 0 && distances[i] > 1e-9).length,
    outward,
  };
}

/** The inverse of a pose. */
function invertedPose(pose: readonly number[]): number[] {
  const rows = [0, 1, 2].map((r): Vector3 => [pose[4 * r], pose[4 * r + 1], pose[4 * r + 2]]);
  const position = poseColumn(pose, 3);
  const moved = [0, 1, 2].map((column) => -dot(poseColumn(pose, column), position)) as unknown as Vector3;
  return poseOf(rows[0], rows[1], rows[2], moved);
}

function mean(vectors: readonly Vector3[]): Vector3 {
  return vectors.reduce<Vector3>((sum, each) => addScaled(sum, each, 1 / vectors.length), [0, 0, 0]);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
const largest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
const short = (value: number) => String(Number(value.toPrecision(3)));
