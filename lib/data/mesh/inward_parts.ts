import type { Mesh } from "../../codec/mesh/mesh.ts";
import { areaVector } from "./inspect.ts";
import type { Parts } from "./parts.ts";
import { windingAt } from "./winding_at.ts";
import { type WindingTree, windingTree } from "./winding_tree.ts";

/**
 * Tolerance for rounding errors, as a part of the area: the area vectors of a closed surface sum to less than this, and so does the
 * volume of a flat one.
 */
export const ROUNDING = 1e-6;

/**
 * How far from a face the winding number is taken: more than the rounding errors of positions, but not more than a tenth of the distance
 * of the face's centre from its sides, so that the point is not beyond a neighbour at a sharp angle.
 */
const [BESIDE, OF_FACE] = [1e-6, 0.1];

/** The directions along the axes, in each of which a face of a part is chosen. */
const DIRECTIONS = 6;

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
 * @param given `[parts]`: 1 for closed parts of which is asked whether they are inside another one.
 */
export function findInwardParts(mesh: Mesh, parts: Parts, mixed: Uint8Array, given: Uint8Array): InwardParts {
  const inward = new Uint8Array(parts.count);
  const inside = new Uint8Array(parts.count);
  // A mesh of one part is oriented outward.
  if (parts.count === 1) return { inward, inside };
  const isWrong = inwardParts(mesh, parts).map((is, part) => is === 1 && mixed[part] === 0 ? 1 : 0);
  const asked = isWrong.map((is, part) => is | given[part]);
  if (!asked.includes(1)) return { inward, inside };
  const { number, faces } = widestFaces(mesh, parts, asked);
  const tree = windingTree(mesh);
  for (let part = 0; part < parts.count; part++) {
    if (asked[part] === 0) continue;
    const first = DIRECTIONS * number[part];
    const isInside = isSurrounded(tree, mesh, faces.subarray(first, first + DIRECTIONS), isWrong[part] === 1 ? -1 : 1);
    if (isInside && given[part] === 1) inside[part] = 1;
    if (!isInside && isWrong[part] === 1) inward[part] = 1;
  }
  return { inward, inside };
}

/** Whether other parts surround a part: whether beside most of its widest faces the winding number is that of an inside. */
function isSurrounded(tree: WindingTree, mesh: Mesh, faces: Uint32Array, sign: 1 | -1): boolean {
  let [insides, outsides] = [0, 0];
  for (const face of faces) {
    if (windingAt(tree, ...pointBeside(mesh, face, sign)) >= 0.5) insides++;
    else outsides++;
    if (2 * insides > DIRECTIONS) return true;
    if (2 * outsides >= DIRECTIONS) return false;
  }
  return false;
}

/** A point beside the centre of a face, on the side that its normal points to if the sign is 1 and on the other one if it is −1. */
function pointBeside(mesh: Mesh, face: number, sign: 1 | -1): [number, number, number] {
  const { positions, indices } = mesh;
  const [a, b, c] = [3 * indices[3 * face], 3 * indices[3 * face + 1], 3 * indices[3 * face + 2]];
  const length = (from: number, to: number) =>
    Math.hypot(
      positions[to] - positions[from],
      positions[to + 1] - positions[from + 1],
      positions[to + 2] - positions[from + 2],
    );
  const normal = areaVector(mesh, face);
  const area = Math.hypot(...normal);
  // The centre is a third of the height above each side.
  const height = 2 * area / Math.max(length(a, b), length(b, c), length(c, a));
  const distance = sign * Math.min(BESIDE, OF_FACE * height / 3);
  const at = (axis: number) =>
    (positions[a + axis] + positions[b + axis] + positions[c + axis]) / 3 + distance * normal[axis] / area;
  return [at(0), at(1), at(2)];
}

/** Finds the closed parts that are oriented inward: 1. */
function inwardParts(mesh: Mesh, parts: Parts): Uint8Array {
  const { positions, indices } = mesh;
  // For each part: its area, its volume and the sum of its area vectors.
  const sums = new Float64Array(5 * parts.count);
  for (let face = 0; face < indices.length / 3; face++) {
    const at = 5 * parts.of[face];
    const vertex = 3 * indices[3 * face];
    const [x, y, z] = areaVector(mesh, face);
    sums[at] += Math.sqrt(x * x + y * y + z * z);
    sums[at + 1] += (positions[vertex] * x + positions[vertex + 1] * y + positions[vertex + 2] * z) / 3;
    sums[at + 2] += x;
    sums[at + 3] += y;
    sums[at + 4] += z;
  }
  return Uint8Array.from({ length: parts.count }, (_, part) => {
    const [area, volume, x, y, z] = sums.subarray(5 * part, 5 * part + 5);
    return Math.hypot(x, y, z) < ROUNDING * area && volume < -ROUNDING * area ? 1 : 0;
  });
}

/**
 * Finds for each wanted part the faces that are widest as seen along each axis from either side.
 *
 * @param wanted `[parts]`: 1 for the parts.
 * @returns `[parts]`: the number of each wanted part among these, and `[number, 6]` the faces.
 */
function widestFaces(mesh: Mesh, parts: Parts, wanted: Uint8Array): { number: Uint32Array; faces: Uint32Array } {
  let count = 0;
  const number = Uint32Array.from(wanted, (is) => is === 1 ? count++ : 0);
  const faces = new Uint32Array(DIRECTIONS * count);
  const widest = new Float64Array(DIRECTIONS * count).fill(-Infinity);
  for (let face = 0; face < parts.of.length; face++) {
    const part = parts.of[face];
    if (wanted[part] === 0) continue;
    const vector = areaVector(mesh, face);
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const width = direction % 2 === 0 ? vector[direction >> 1] : -vector[direction >> 1];
      const at = DIRECTIONS * number[part] + direction;
      if (width <= widest[at]) continue;
      widest[at] = width;
      faces[at] = face;
    }
  }
  return { number, faces };
}
