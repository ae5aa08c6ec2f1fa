import { addScaled, cross, dot, poseColumn, type Vector3 } from "./camera.ts";

/**
 * The point that is nearest to all cameras' optical axes (least squares); the middle of the cameras where their axes are
 * parallel.
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
