import { checkIndices } from "../../codec/mesh/check_indices.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";

/** Properties and defects of a mesh. */
export interface MeshReport {
  /** The number of vertices. */
  readonly vertices: number;
  /** The number of triangles, including degenerate ones. */
  readonly faces: number;
  /** The number of edges with only one face; 0 for a closed surface. */
  readonly boundaryEdges: number;
  /** The number of edges with more than two faces. */
  readonly crowdedEdges: number;
  /** The number of edges with two faces of opposite orientation. */
  readonly misorientedEdges: number;
  /** The number of faces without area. */
  readonly degenerateFaces: number;
  /** The area of the surface, in square units. */
  readonly area: number;
  /** The signed volume: positive if faces are oriented outward. It is taken about the centre of the box, which matters only for open surfaces. */
  readonly volume: number;
  /** The bounding box of the vertices that faces use: the smallest and largest x, y and z. */
  readonly box: { readonly low: readonly number[]; readonly high: readonly number[] };
}

/**
 * Inspects a mesh: whether it is closed and consistently oriented, and what volume it encloses. Vertices at the same position count as
 * different if their indices differ; see {@linkcode weldVertices}.
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
 * The area vector of a triangle, half the cross product of two sides: its direction is that of the normal, its length the area.
 *
 * @param face The index of the triangle.
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
 * Checks that a mesh is valid and has faces.
 *
 * @param where The beginning of the error message.
 * @throws {Error} If an array has the wrong type or length, a position is not finite, an index is out of range or there are no faces.
 */
export function checkMesh(mesh: Mesh, where: string): void {
  checkIndices(mesh, where);
  const { positions, indices } = mesh;
  if (indices.length === 0) throw new Error(`${where}: the mesh has no faces.`);
  const bad = positions.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new Error(`${where}: vertex ${Math.floor(bad / 3)} has the coordinate ${positions[bad]}.`);
}

/** Counts edges that do not have exactly two faces of consistent orientation. */
function countEdges({ positions, indices }: Mesh) {
  const vertices = positions.length / 3;
  const keys = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const [from, to] = [indices[i], indices[i % 3 === 2 ? i - 2 : i + 1]];
    // The lowest bit is the direction in which the face traverses the edge.
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
    // Edges from a vertex to itself, which degenerate faces have, are ignored.
    if (Math.floor(edge / vertices) === edge % vertices) continue;
    if (count === 1) boundaryEdges++;
    else if (count > 2) crowdedEdges++;
    else if (backward !== 1) misorientedEdges++;
  }
  return { boundaryEdges, crowdedEdges, misorientedEdges };
}
