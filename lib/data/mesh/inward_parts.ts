import { areaVector } from "./inspect.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";

/**
 * Tolerance for rounding errors, as a part of the area: the area vectors of a closed surface sum to less than this, and so does the
 * volume of a flat one.
 */
const ROUNDING = 1e-6;

/** A connected component of a mesh: faces that are connected by vertices. */
interface Part {
  readonly faces: number[];
  /** Whether the part is closed and oriented inward. */
  readonly inward: boolean;
  /** The low corner of the bounding box. */
  readonly low: readonly number[];
  /** The high corner of the bounding box. */
  readonly high: readonly number[];
}

/**
 * Counts the closed parts of a mesh that are oriented inward but not inside another part, so that their interior counts as outside. A
 * part inside another one is a cavity, which is correctly oriented inward.
 *
 * @param mesh A mesh within the unit sphere whose vertices are merged (see `weldVertices`).
 */
export function countInwardParts(mesh: Mesh): number {
  const parts = partsOf(mesh);
  return parts.filter((part) => {
    if (!part.inward) return false;
    const vertex = 3 * mesh.indices[3 * part.faces[0]];
    const place = [...mesh.positions.subarray(vertex, vertex + 3)];
    let winding = 0;
    for (const other of parts) {
      // A closed part does not wind around a point outside its box, and an open one hardly does.
      if (other === part || !isWithin(place, other)) continue;
      for (const face of other.faces) winding += solidAngle(mesh, face, place) / (4 * Math.PI);
    }
    return winding < 0.5;
  }).length;
}

function partsOf(mesh: Mesh): Part[] {
  const { positions, indices } = mesh;
  const parents = Uint32Array.from({ length: positions.length / 3 }, (_, i) => i);
  const root = (vertex: number) => {
    while (parents[vertex] !== vertex) vertex = parents[vertex] = parents[parents[vertex]];
    return vertex;
  };
  for (let i = 0; i < indices.length; i += 3) {
    for (const other of [indices[i + 1], indices[i + 2]]) parents[root(other)] = root(indices[i]);
  }
  const faces = new Map<number, number[]>();
  for (let face = 0; face < indices.length / 3; face++) {
    const vertex = root(indices[3 * face]);
    const part = faces.get(vertex);
    if (part === undefined) faces.set(vertex, [face]);
    else part.push(face);
  }
  return [...faces.values()].map((part) => measure(mesh, part));
}

function measure(mesh: Mesh, faces: number[]): Part {
  const { positions, indices } = mesh;
  const sum = [0, 0, 0];
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  let [area, volume] = [0, 0];
  for (const face of faces) {
    const vector = areaVector(mesh, face);
    area += Math.hypot(...vector);
    for (let axis = 0; axis < 3; axis++) {
      sum[axis] += vector[axis];
      volume += positions[3 * indices[3 * face] + axis] * vector[axis] / 3;
      for (let k = 0; k < 3; k++) {
        const value = positions[3 * indices[3 * face + k] + axis];
        low[axis] = Math.min(low[axis], value);
        high[axis] = Math.max(high[axis], value);
      }
    }
  }
  const inward = Math.hypot(...sum) < ROUNDING * area && volume < -ROUNDING * area;
  return { faces, inward, low, high };
}

function isWithin(place: readonly number[], { low, high }: Part): boolean {
  for (let axis = 0; axis < 3; axis++) {
    if (place[axis] < low[axis] || place[axis] > high[axis]) return false;
  }
  return true;
}

/** The solid angle of a triangle as seen from a point; positive if its back is seen (van Oosterom & Strackee 1983). */
function solidAngle({ positions, indices }: Mesh, face: number, place: readonly number[]): number {
  const [a, b, c] = [0, 1, 2].map((k) =>
    place.map((value, axis) => positions[3 * indices[3 * face + k] + axis] - value)
  );
  const dot = (u: number[], v: number[]) => u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
  const cross = [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]];
  const [na, nb, nc] = [a, b, c].map((v) => Math.hypot(...v));
  return 2 * Math.atan2(dot(a, cross), na * nb * nc + dot(a, b) * nc + dot(b, c) * na + dot(c, a) * nb);
}
