import type { Mesh } from "../../codec/mesh/mesh.ts";
import { areaVector } from "./inspect.ts";
import type { Parts } from "./parts.ts";
import { windingAt } from "./winding_at.ts";
import { type WindingTree, windingTree } from "./winding_tree.ts";

/**
 * Tolerance for rounding errors, as a part of the area: the area vectors of a closed surface sum to less than this, and so does the
 * volume of a flat one.
 */
const ROUNDING = 1e-6;

/** How far from a part the winding number of the other parts is taken. */
const BESIDE = 1e-6;

/** Parts whose orientation depends on what is around them. */
interface InwardParts {
  /** `[parts]`: 1 for closed parts that are oriented inward but not inside another part, so that their interior counts as outside. */
  readonly inward: Uint8Array;
  /** `[parts]`: 1 for parts of the given ones that are inside another part. */
  readonly inside: Uint8Array;
}

/**
 * Finds the closed parts of a mesh that are oriented inward but not inside another part. A part inside another one is a cavity, which is
 * correctly oriented inward. What is around a part is the winding number of the mesh beside it, which takes a time that hardly grows
 * with the number of parts.
 *
 * @param mesh A mesh within the unit sphere whose vertices are merged and whose volume is not negative.
 * @param parts Its parts.
 * @param mixed `[parts]`: 1 for parts that are not oriented inward because they have no consistent orientation.
 * @param given `[parts]`: 1 for parts of which is asked whether they are inside another one.
 */
export function findInwardParts(mesh: Mesh, parts: Parts, mixed: Uint8Array, given: Uint8Array): InwardParts {
  const inward = new Uint8Array(parts.count);
  const inside = new Uint8Array(parts.count);
  // A mesh of one part is oriented outward.
  if (parts.count === 1) return { inward, inside };
  const { isInward, extremes } = measure(mesh, parts);
  let tree: WindingTree | undefined;
  for (let part = 0; part < parts.count; part++) {
    const isWrong = isInward[part] === 1 && mixed[part] === 0;
    if (!isWrong && given[part] === 0) continue;
    tree ??= windingTree(mesh);
    const isInside = isSurrounded(tree, mesh, extremes.subarray(3 * part, 3 * part + 3));
    if (isInside && given[part] === 1) inside[part] = 1;
    if (!isInside && isWrong) inward[part] = 1;
  }
  return { inward, inside };
}

/** Whether other parts surround a part: whether at two of the places beside its three extreme vertices the winding number is that of an inside. */
function isSurrounded(tree: WindingTree, { positions }: Mesh, extremes: Uint32Array): boolean {
  const isInside = (axis: number) => {
    const [x, y, z] = positions.subarray(3 * extremes[axis], 3 * extremes[axis] + 3);
    const [dx, dy, dz] = [0, 1, 2].map((k) => k === axis ? BESIDE : 0);
    return windingAt(tree, x + dx, y + dy, z + dz) >= 0.5;
  };
  const first = isInside(0);
  return isInside(1) === first ? first : isInside(2);
}

/** Finds whether each part is closed and oriented inward, and its vertices with the largest x, y and z. */
function measure(mesh: Mesh, parts: Parts): { isInward: Uint8Array; extremes: Uint32Array } {
  const { positions, indices } = mesh;
  // For each part: its area, its volume and the sum of its area vectors.
  const sums = new Float64Array(5 * parts.count);
  const extremes = new Uint32Array(3 * parts.count);
  const largest = new Float64Array(3 * parts.count).fill(-Infinity);
  for (let face = 0; face < indices.length / 3; face++) {
    const part = parts.of[face];
    const vector = areaVector(mesh, face);
    sums[5 * part] += Math.hypot(...vector);
    for (let axis = 0; axis < 3; axis++) {
      sums[5 * part + 1] += positions[3 * indices[3 * face] + axis] * vector[axis] / 3;
      sums[5 * part + 2 + axis] += vector[axis];
      for (let i = 3 * face; i < 3 * face + 3; i++) {
        const value = positions[3 * indices[i] + axis];
        if (value <= largest[3 * part + axis]) continue;
        largest[3 * part + axis] = value;
        extremes[3 * part + axis] = indices[i];
      }
    }
  }
  const isInward = Uint8Array.from({ length: parts.count }, (_, part) => {
    const [area, volume, ...vector] = sums.subarray(5 * part, 5 * part + 5);
    const isClosed = Math.hypot(...vector) < ROUNDING * area;
    return isClosed && volume < -ROUNDING * area ? 1 : 0;
  });
  return { isInward, extremes };
}
