import { checkIndices } from "../../codec/mesh/check_indices.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";
import { type EdgeTable, edgeTable } from "./edge_table.ts";
import { leaveOut } from "./leave_out.ts";

/** Properties and defects of a mesh. Faces with a vertex twice do not count at edges. */
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
  /**
   * The number of edges that the faces do not traverse equally often in both directions. If it is 0, the surface is closed, even if more than two
   * faces meet at some edges, and winding numbers are whole numbers.
   */
  readonly unbalancedEdges: number;
  /** The number of faces without area. */
  readonly degenerateFaces: number;
  /** The area of the surface, in square units. */
  readonly area: number;
  /** The signed volume: positive if faces are oriented outward. It is taken about the centre of the box, which matters only for open surfaces. */
  readonly volume: number;
  /** The bounding box of the vertices that faces use: the smallest and largest x, y and z. */
  readonly box: { readonly low: readonly number[]; readonly high: readonly number[] };
}

/** The smallest and largest x, y and z. */
export type MeshBox = MeshReport["box"];

/** How the faces of a mesh meet. */
export type EdgeCounts = Pick<
  MeshReport,
  "boundaryEdges" | "crowdedEdges" | "misorientedEdges" | "unbalancedEdges"
>;

/**
 * Inspects a mesh: whether it is closed and consistently oriented, and what volume it encloses. Vertices at the same position count as
 * different if their indices differ; see {@linkcode weldVertices}.
 *
 * @throws {Error} If a position is not finite, an index is out of range or there are no faces.
 */
export function inspectMesh(mesh: Mesh): MeshReport {
  checkMesh(mesh, "inspectMesh");
  return { ...measureMesh(mesh, boxOf(mesh)), ...countEdges(mesh) };
}

/** The bounding box of the vertices that faces use. */
export function boxOf({ positions, indices }: Mesh): MeshBox {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < indices.length; i++) {
    for (let axis = 0; axis < 3; axis++) {
      const value = positions[3 * indices[i] + axis];
      if (value < low[axis]) low[axis] = value;
      if (value > high[axis]) high[axis] = value;
    }
  }
  return { low, high };
}

/** Measures a valid mesh with its bounding box. */
export function measureMesh(mesh: Mesh, box: MeshBox): Omit<MeshReport, keyof EdgeCounts> {
  const { positions, indices } = mesh;
  const faces = indices.length / 3;
  const centre = box.low.map((value, axis) => (value + box.high[axis]) / 2);
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
  return { vertices: positions.length / 3, faces, degenerateFaces, area, volume, box };
}

/** The area of a mesh and its signed volume about the origin. */
export function measureSurface({ positions, indices }: Mesh): { area: number; volume: number } {
  let [area, volume] = [0, 0];
  for (let i = 0; i < indices.length; i += 3) {
    const [a, b, c] = [3 * indices[i], 3 * indices[i + 1], 3 * indices[i + 2]];
    const [ax, ay, az] = [positions[a], positions[a + 1], positions[a + 2]];
    const [ux, uy, uz] = [positions[b] - ax, positions[b + 1] - ay, positions[b + 2] - az];
    const [vx, vy, vz] = [positions[c] - ax, positions[c + 1] - ay, positions[c + 2] - az];
    const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    area += Math.sqrt(nx * nx + ny * ny + nz * nz) / 2;
    volume += (ax * nx + ay * ny + az * nz) / 6;
  }
  return { area, volume };
}

/** Whether a face has a vertex twice. */
export function isCollapsed({ indices }: Mesh, face: number): boolean {
  const at = 3 * face;
  return indices[at] === indices[at + 1] || indices[at + 1] === indices[at + 2] || indices[at + 2] === indices[at];
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
function countEdges(mesh: Mesh): EdgeCounts {
  return edgeCounts(edgeTable(leaveOut(mesh, (face) => isCollapsed(mesh, face))));
}

/** Counts the edges of a table that do not have exactly two faces of consistent orientation. */
export function edgeCounts({ count, sides, balance }: EdgeTable): EdgeCounts {
  const counts = { boundaryEdges: 0, crowdedEdges: 0, misorientedEdges: 0, unbalancedEdges: 0 };
  for (let edge = 0; edge < count; edge++) {
    if (balance[edge] !== 0) counts.unbalancedEdges++;
    if (sides[edge] === 1) counts.boundaryEdges++;
    else if (sides[edge] > 2) counts.crowdedEdges++;
    else if (balance[edge] !== 0) counts.misorientedEdges++;
  }
  return counts;
}
