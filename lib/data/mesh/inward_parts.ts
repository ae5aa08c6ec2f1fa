import type { Mesh } from "../../codec/mesh/mesh.ts";
import { windingsByCrossings } from "./crossings.ts";
import { areaVector } from "./inspect.ts";
import { leaveOutMarked } from "./leave_out.ts";
import type { Parts } from "./parts.ts";
import type { Surface } from "./surface.ts";
import { windingAt } from "./winding_at.ts";
import { windingTree } from "./winding_tree.ts";

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

/** So many comparisons of a point with a face take about as long as the winding numbers of a hierarchy, which are needed if there are more. */
const MOST_COMPARISONS = 2e8;

/** Parts whose orientation depends on what is around them. */
interface InwardParts {
  /** `[parts]`: 1 for closed parts that are oriented inward but not inside another part, so that their interior counts as outside. */
  readonly inward: Uint8Array;
  /** `[parts]`: 1 for parts of the given ones that are inside another part. */
  readonly inside: Uint8Array;
}

/**
 * Finds the closed parts of a mesh that are oriented inward but not inside another part. A part inside another one is a cavity, which is
 * correctly oriented inward. A part is inside if beside most of its widest faces the winding number of the mesh is that of an inside. All parts are
 * looked at together, so the time hardly grows with their number.
 *
 * @param surface A mesh within the unit sphere whose vertices are merged and whose volume is not negative.
 * @param parts Its parts.
 * @param mixed `[parts]`: 1 for parts that are not oriented inward because they have no consistent orientation.
 * @param given `[parts]`: 1 for closed parts of which is asked whether they are inside another one.
 */
export function findInwardParts(surface: Surface, parts: Parts, mixed: Uint8Array, given: Uint8Array): InwardParts {
  const inward = new Uint8Array(parts.count);
  const inside = new Uint8Array(parts.count);
  // A mesh of one part is oriented outward.
  if (parts.count === 1) return { inward, inside };
  const isWrong = inwardParts(surface.mesh, parts).map((is, part) => is === 1 && mixed[part] === 0 ? 1 : 0);
  const asked = isWrong.map((is, part) => is | given[part]);
  if (!asked.includes(1)) return { inward, inside };
  const { number, faces } = widestFaces(surface.mesh, parts, asked);
  const points = new Float64Array(3 * faces.length);
  faces.forEach((face, i) => {
    points.set(pointBeside(surface.mesh, face, isWrong[parts.of[face]] === 1 ? -1 : 1), 3 * i);
  });
  const windings = windingsAt(surface, parts, points);
  for (let part = 0; part < parts.count; part++) {
    if (asked[part] === 0) continue;
    const isInside = isSurrounded(faces, windings, DIRECTIONS * number[part]);
    if (isInside && given[part] === 1) inside[part] = 1;
    if (!isInside && isWrong[part] === 1) inward[part] = 1;
  }
  return { inward, inside };
}

/** Whether the winding number is that of an inside beside most of the different faces of a part, the first of which is given. */
function isSurrounded(faces: Uint32Array, windings: Float64Array, first: number): boolean {
  let [count, insides] = [0, 0];
  for (let i = first; i < first + DIRECTIONS; i++) {
    if (faces.indexOf(faces[i], first) < i) continue;
    count++;
    if (windings[i] >= 0.5) insides++;
  }
  return 2 * insides > count;
}

/** The winding numbers of a mesh at points: of its balanced parts by crossings, of the others by a hierarchy. */
function windingsAt({ mesh, edges }: Surface, parts: Parts, points: Float64Array): Float64Array {
  const isOpen = new Uint8Array(parts.count);
  edges.of.forEach((edge, side) => {
    if (edges.balance[edge] !== 0) isOpen[parts.of[Math.floor(side / 3)]] = 1;
  });
  const isCounted = Uint8Array.from(parts.of, (part) => 1 - isOpen[part]);
  const crossings = windingsByCrossings(mesh, isCounted, points, MOST_COMPARISONS);
  const windings = Float64Array.from(crossings ?? new Float64Array(points.length / 3));
  const rest = crossings === undefined ? mesh : leaveOutMarked(mesh, isCounted);
  if (rest.indices.length === 0) return windings;
  const tree = windingTree(rest);
  return windings.map((winding, i) => winding + windingAt(tree, points[3 * i], points[3 * i + 1], points[3 * i + 2]));
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
