import { checkIndices } from "../../codec/mesh/check_indices.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";

/** What can be wrong with a surface, in numbers. */
export interface MeshReport {
  /** Vertices that the arrays hold. */
  readonly vertices: number;
  /** Triangles, degenerate ones included. */
  readonly faces: number;
  /** Edges of one face only; 0 for a closed surface. */
  readonly boundaryEdges: number;
  /** Edges of more than two faces. */
  readonly crowdedEdges: number;
  /** Edges of two faces that run along them in the same direction: their orientations contradict each other. */
  readonly misorientedEdges: number;
  /** Faces of no area. */
  readonly degenerateFaces: number;
  /** Of the whole surface, in square units. */
  readonly area: number;
  /** Signed: positive where faces are oriented outward; about the box's centre, which matters for open surfaces only. */
  readonly volume: number;
  /** Smallest and largest coordinate along x, y, z of the vertices that faces use. */
  readonly box: { readonly low: readonly number[]; readonly high: readonly number[] };
}

/**
 * Looks a mesh over: is it closed, is it consistently oriented, what does it enclose. Vertices count as the same only by
 * their index: see {@linkcode weldVertices}.
 *
 * @throws {Error} If a position is not finite, an index is out of range or there are no faces.
 */
export function inspectMesh(mesh: Mesh): MeshReport {
  const { positions, indices } = mesh;
  checkMesh(mesh, "inspectMesh");
  const vertices = positions.length / 3;
  const faces = indices.length / 3;
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const vertex of indices) {
    for (let axis = 0; axis < 3; axis++) {
      low[axis] = Math.min(low[axis], positions[3 * vertex + axis]);
      high[axis] = Math.max(high[axis], positions[3 * vertex + axis]);
    }
  }
  const centre = low.map((value, axis) => (value + high[axis]) / 2);
  let area = 0;
  let volume = 0;
  let degenerateFaces = 0;
  for (let face = 0; face < faces; face++) {
    const normal = areaVector(mesh, face);
    const size = Math.hypot(...normal);
    if (size === 0) degenerateFaces++;
    area += size;
    const vertex = 3 * indices[3 * face];
    for (let axis = 0; axis < 3; axis++) volume += (positions[vertex + axis] - centre[axis]) * normal[axis] / 3;
  }
  return { vertices, faces, ...countEdges(mesh), degenerateFaces, area, volume, box: { low, high } };
}

/**
 * Half the cross product of a triangle's sides: its normal, as long as its area.
 *
 * @param face Which triangle, counted from 0.
 */
export function areaVector({ positions, indices }: Mesh, face: number): [number, number, number] {
  const [a, b, c] = [3 * indices[3 * face], 3 * indices[3 * face + 1], 3 * indices[3 * face + 2]];
  const [ux, uy, uz] = [
    positions[b] - positions[a],
    positions[b + 1] - positions[a + 1],
    positions[b + 2] - positions[a + 2],
  ];
  const [vx, vy, vz] = [
    positions[c] - positions[a],
    positions[c + 1] - positions[a + 1],
    positions[c + 2] - positions[a + 2],
  ];
  return [(uy * vz - uz * vy) / 2, (uz * vx - ux * vz) / 2, (ux * vy - uy * vx) / 2];
}

/**
 * Checks that a mesh's arrays make sense.
 *
 * @param where How errors call the place.
 * @throws {Error} If the arrays are of other types, a position is not finite, an index is out of range or there are no faces.
 */
export function checkMesh(mesh: Mesh, where: string): void {
  checkIndices(mesh, where);
  const { positions, indices } = mesh;
  if (indices.length === 0) throw new Error(`${where}: the mesh has no faces.`);
  const bad = positions.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new Error(`${where}: vertex ${Math.floor(bad / 3)} has the coordinate ${positions[bad]}.`);
}

/** Counts the ways in which edges fail to have one face on either side. */
function countEdges({ positions, indices }: Mesh) {
  const vertices = positions.length / 3;
  const keys = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const [from, to] = [indices[i], indices[i % 3 === 2 ? i - 2 : i + 1]];
    // The lowest bit tells the direction.
    keys[i] = (Math.min(from, to) * vertices + Math.max(from, to)) * 2 + (from > to ? 1 : 0);
  }
  keys.sort();
  let boundaryEdges = 0;
  let crowdedEdges = 0;
  let misorientedEdges = 0;
  for (let begin = 0; begin < keys.length;) {
    const edge = Math.floor(keys[begin] / 2);
    let end = begin;
    let backward = 0;
    for (; end < keys.length && Math.floor(keys[end] / 2) === edge; end++) backward += keys[end] % 2;
    const count = end - begin;
    begin = end;
    // Sides of degenerate faces that have no length.
    if (Math.floor(edge / vertices) === edge % vertices) continue;
    if (count === 1) boundaryEdges++;
    else if (count > 2) crowdedEdges++;
    else if (backward !== 1) misorientedEdges++;
  }
  return { boundaryEdges, crowdedEdges, misorientedEdges };
}
