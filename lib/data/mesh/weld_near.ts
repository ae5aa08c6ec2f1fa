import type { Mesh } from "../../codec/mesh/mesh.ts";
import { weldVertices } from "../../codec/mesh/weld.ts";

/** Vertices are merged that are nearer than this part of the diagonal of the mesh's bounding box. */
const TOLERANCE = 1e-7;

/** The largest rounding error of 32-bit positions that is made up for, as a part of the diagonal. */
const LARGEST_ROUNDING = 1e-6;

/** The side of a cell in tolerances. Larger cells hold more vertices to compare, smaller ones have more neighbours to search. */
const CELL = 8;

/**
 * Merges vertices at almost the same position, such as those at which a program computed the same corner in two ways, and removes
 * vertices that no face uses. The tolerance is 10⁻⁷ of the diagonal of the mesh's bounding box; for 32-bit positions that are far from the
 * origin, it is their rounding error, up to 10⁻⁶.
 *
 * @param box The bounding box of the vertices that faces use.
 * @returns The mesh, whose vertices have the position of the first one that was merged, and how many vertices were merged with one at
 * another position.
 */
export function weldNear(
  input: Mesh,
  { low, high }: { readonly low: readonly number[]; readonly high: readonly number[] },
): { mesh: Mesh; merged: number } {
  const exact = weldVertices(input);
  const diagonal = Math.hypot(...high.map((value, axis) => value - low[axis]));
  const largest = Math.max(...high, ...low.map((value) => -value));
  const rounding = exact.positions instanceof Float32Array
    ? Math.min(largest * 2 ** -23, LARGEST_ROUNDING * diagonal)
    : 0;
  const place = nearestEarlier(exact.positions, low, Math.max(TOLERANCE * diagonal, rounding));
  const merged = place.reduce((sum, other, vertex) => sum + (other === vertex ? 0 : 1), 0);
  if (merged === 0) return { mesh: exact, merged };
  return { mesh: weldVertices({ positions: exact.positions, indices: exact.indices.map((i) => place[i]) }), merged };
}

/** For each vertex, an earlier one within the tolerance that has none itself, or the vertex. */
function nearestEarlier(positions: Mesh["positions"], low: readonly number[], tolerance: number): Uint32Array {
  const count = positions.length / 3;
  const cell = CELL * tolerance;
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * count)));
  // The vertices that were kept: the last one of each place in the hash table, and the one before each.
  const last = new Int32Array(size).fill(-1);
  const before = new Int32Array(count);
  const place = new Uint32Array(count);
  const slotOf = (x: number, y: number, z: number) => {
    const hash = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(z, 0xc2b2ae35);
    return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 7 & (size - 1);
  };
  const near = (vertex: number, slot: number): number => {
    for (let other = last[slot]; other >= 0; other = before[other]) {
      const dx = positions[3 * other] - positions[3 * vertex];
      const dy = positions[3 * other + 1] - positions[3 * vertex + 1];
      const dz = positions[3 * other + 2] - positions[3 * vertex + 2];
      if (dx * dx + dy * dy + dz * dz <= tolerance * tolerance) return other;
    }
    return -1;
  };
  const reach = 1 / CELL;
  for (let vertex = 0; vertex < count; vertex++) {
    const x = (positions[3 * vertex] - low[0]) / cell;
    const y = (positions[3 * vertex + 1] - low[1]) / cell;
    const z = (positions[3 * vertex + 2] - low[2]) / cell;
    let found = -1;
    // A vertex near the side of a cell may have neighbours on the other side.
    for (let i = Math.floor(x - reach); i <= x + reach && found < 0; i++) {
      for (let j = Math.floor(y - reach); j <= y + reach && found < 0; j++) {
        for (let k = Math.floor(z - reach); k <= z + reach && found < 0; k++) found = near(vertex, slotOf(i, j, k));
      }
    }
    place[vertex] = found < 0 ? vertex : found;
    if (found >= 0) continue;
    const slot = slotOf(Math.floor(x), Math.floor(y), Math.floor(z));
    before[vertex] = last[slot];
    last[slot] = vertex;
  }
  return place;
}
