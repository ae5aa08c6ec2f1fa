import { addScaled, cross, dot, poseColumn, type Vector3 } from "./camera.ts";

/** The least length of the mean of all axes of cameras that look forward. */
const LEAST_COMMON = 0.7;

/**
 * The point that is nearest to the optical axes of all cameras, in the sense of least squares. If the axes are parallel, it is the
 * mean position of the cameras.
 */
export function focusOf(poses: readonly (readonly number[])[]): Vector3 {
  // Σ (I − zzᵀ) p = Σ (I − zzᵀ) o
  const rows: [number, number, number][] = [[0, 0, 0], [0, 0, 0], [0, 0, 0]];
  let right: Vector3 = [0, 0, 0];
  let middle: Vector3 = [0, 0, 0];
  for (const pose of poses) {
    const z = poseColumn(pose, 2);
    const origin = poseColumn(pose, 3);
    rows.forEach((row, i) => row.forEach((_, j) => row[j] += (i === j ? 1 : 0) - z[i] * z[j]));
    right = addScaled(right, addScaled(origin, z, -dot(z, origin)), 1);
    middle = addScaled(middle, origin, 1 / poses.length);
  }
  const [a, b, c] = rows;
  const determinant = dot(a, cross(b, c));
  if (determinant < 1e-6 * poses.length ** 3) return middle;
  // Cramer's rule; the matrix is symmetric.
  return [
    dot(right, cross(b, c)) / determinant,
    dot(right, cross(c, a)) / determinant,
    dot(right, cross(a, b)) / determinant,
  ];
}

/** The mean of the axes of cameras that point backwards. Each has length 1, and so has their mean if they are all parallel. */
function meanAxis(poses: readonly (readonly number[])[]): Vector3 {
  return poses.reduce<Vector3>((sum, pose) => addScaled(sum, poseColumn(pose, 2), 1 / poses.length), [0, 0, 0]);
}

/** How many cameras look more than 45 degrees away from the common direction of all; undefined if all in all they look forward. */
export function lookingAside(poses: readonly (readonly number[])[]): number | undefined {
  const axis = meanAxis(poses);
  const length = Math.hypot(...axis);
  if (length > LEAST_COMMON) return undefined;
  return poses.filter((pose) => dot(poseColumn(pose, 2), axis) < Math.SQRT1_2 * length).length;
}

/** Whether the optical axes of cameras differ by about two degrees or less (root mean square). */
export function areNearlyParallel(poses: readonly (readonly number[])[]): boolean {
  const mean = meanAxis(poses);
  // This is about the mean square of the angles to the mean axis.
  return 1 - dot(mean, mean) < 1e-3;
}

/** The reason why the result of `focusOf` may not be what the cameras look at, in words; undefined if there is none. */
export function focusDoubt(poses: readonly (readonly number[])[]): string | undefined {
  const backs = poses.map((pose) => poseColumn(pose, 2));
  if (areNearlyParallel(poses)) return "the cameras' axes are nearly parallel";
  const focus = focusOf(poses);
  const behind = poses.filter((pose, i) => dot(backs[i], addScaled(focus, poseColumn(pose, 3), -1)) >= 0);
  if (behind.length === 0) return undefined;
  return `the point nearest to all cameras' axes lies behind ${behind.length} of ${poses.length} cameras`;
}
