import type { Mesh } from "../../codec/mesh/mesh.ts";
import { type EdgeTable, sideEnd } from "./edge_table.ts";
import { areaVector } from "./inspect.ts";
import { type Patches, patchesOf } from "./patches.ts";
import { Surface } from "./surface.ts";

/**
 * Two polygons with the same border, cut into triangles in two ways, count as one if the volume between them is less than this part of
 * the power 3/2 of their area: 0 for flat ones, 0.15 for the sides of a regular tetrahedron.
 */
const BULGE = 0.05;

/**
 * Gives polygons with the same border the same triangles. Where a program wrote a polygon twice, for one side or for both, its copies may be
 * cut along different diagonals, so that no two triangles have the same corners.
 *
 * @returns A surface with the same polygons, or the same one if all polygons with the same border have the same triangles.
 */
export function alignPolygons(surface: Surface): Surface {
  const { mesh, edges } = surface;
  // Each edge of the border of two polygons has at least three faces.
  if (!edges.sides.some((sides) => sides > 2)) return surface;
  const polygons = polygonsOf(edges, patchesOf(mesh, edges));
  const first = new Map<number, number>();
  let indices: Uint32Array | undefined;
  for (let polygon = 0; polygon < polygons.count; polygon++) {
    const key = polygons.keys[polygon];
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, polygon);
      continue;
    }
    const [one, two] = [polygons.faces(other), polygons.faces(polygon)];
    const isSame = compare(mesh, edges, one, two);
    if (isSame === undefined) continue;
    indices ??= mesh.indices.slice();
    for (let i = 0; i < two.length; i++) {
      const [a, b, c] = [mesh.indices[3 * one[i]], mesh.indices[3 * one[i] + 1], mesh.indices[3 * one[i] + 2]];
      indices[3 * two[i]] = a;
      indices[3 * two[i] + 1] = isSame ? b : c;
      indices[3 * two[i] + 2] = isSame ? c : b;
    }
  }
  return indices === undefined ? surface : new Surface({ positions: mesh.positions, indices });
}

/** The patches that are polygons of at least four corners without a vertex within, bordered by edges with at least three faces. */
interface Polygons {
  /** The number of polygons. */
  readonly count: number;
  /** `[count]`: numbers that are equal for polygons with the same border. */
  readonly keys: Float64Array;
  /** The faces of a polygon. */
  faces(polygon: number): Uint32Array;
}

function polygonsOf(edges: EdgeTable, { patch, patches, turned, oneSided }: Patches): Polygons {
  // For each patch: the number of its faces, that of the edges of its border, and two sums that do not depend on their order.
  const faces = new Uint32Array(patches);
  const border = new Uint32Array(patches);
  const [sums, moreSums] = [new Uint32Array(patches), new Uint32Array(patches)];
  const isOther = Uint8Array.from(oneSided);
  for (let face = 0; face < patch.length; face++) {
    const own = patch[face];
    faces[own]++;
    if (turned[face] === 1) isOther[own] = 1;
    for (let side = 3 * face; side < 3 * face + 3; side++) {
      const edge = edges.of[side];
      if (edges.sides[edge] === 2) continue;
      if (edges.sides[edge] === 1) isOther[own] = 1;
      border[own]++;
      sums[own] += scatter(edge);
      moreSums[own] += scatter(~edge);
    }
  }
  // A triangulation of n corners without a vertex within has n − 2 triangles.
  const number = new Int32Array(patches);
  const start = [0];
  const keys: number[] = [];
  for (let i = 0; i < patches; i++) {
    const isPolygon = isOther[i] === 0 && faces[i] >= 2 && faces[i] === border[i] - 2;
    number[i] = isPolygon ? keys.push(sums[i] * 2 ** 20 + (moreSums[i] >>> 12)) - 1 : -1;
    if (isPolygon) start.push(start.at(-1)! + faces[i]);
  }
  const next = start.slice();
  const order = new Uint32Array(start.at(-1)!);
  for (let face = 0; face < patch.length; face++) {
    const polygon = number[patch[face]];
    if (polygon >= 0) order[next[polygon]++] = face;
  }
  return {
    count: keys.length,
    keys: Float64Array.from(keys),
    faces: (polygon) => order.subarray(start[polygon], start[polygon + 1]),
  };
}

/** A whole number below 2³² that depends on all bits of another one. */
function scatter(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Compares two polygons: true if they are the same, false if the second one is turned over, undefined if they differ. */
function compare(mesh: Mesh, edges: EdgeTable, one: Uint32Array, two: Uint32Array): boolean | undefined {
  if (one.length !== two.length) return undefined;
  const [first, second] = [borderOf(mesh, edges, one), borderOf(mesh, edges, two)];
  if (first.edges.some((edge, i) => edge !== second.edges[i])) return undefined;
  const isSame = first.forward === second.forward;
  const origin = 3 * mesh.indices[3 * one[0]];
  const [a, b] = [measure(mesh, one, origin), measure(mesh, two, origin)];
  const between = isSame ? a.volume - b.volume : a.volume + b.volume;
  return Math.abs(between) <= BULGE * Math.max(a.area, b.area) ** 1.5 ? isSame : undefined;
}

/** The edges of a polygon's border in ascending order, and whether the first one is traversed from its smaller vertex to the larger one. */
function borderOf({ indices }: Mesh, edges: EdgeTable, faces: Uint32Array): { edges: Float64Array; forward: boolean } {
  const sides: number[] = [];
  for (const face of faces) {
    for (let side = 3 * face; side < 3 * face + 3; side++) {
      if (edges.sides[edges.of[side]] !== 2) sides.push(side);
    }
  }
  sides.sort((a, b) => edges.of[a] - edges.of[b]);
  return {
    edges: Float64Array.from(sides, (side) => edges.of[side]),
    forward: indices[sides[0]] < indices[sideEnd(sides[0])],
  };
}

/** The area of some faces, and the volume of the cone over them whose apex is a vertex. */
function measure(mesh: Mesh, faces: Uint32Array, apex: number): { area: number; volume: number } {
  const { positions, indices } = mesh;
  let [area, volume] = [0, 0];
  for (const face of faces) {
    const vector = areaVector(mesh, face);
    area += Math.hypot(...vector);
    const vertex = 3 * indices[3 * face];
    for (let axis = 0; axis < 3; axis++) {
      volume += (positions[vertex + axis] - positions[apex + axis]) * vector[axis] / 3;
    }
  }
  return { area, volume };
}
