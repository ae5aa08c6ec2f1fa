import type { Mesh } from "../../codec/mesh/mesh.ts";
import { edgeTable } from "./edge_table.ts";
import { areaVector } from "./inspect.ts";
import { leaveOut } from "./leave_out.ts";
import { partsOf } from "./parts.ts";

/** A mesh of which only the largest parts are left. */
export interface LargestParts {
  /** The mesh, without vertices that no face has. */
  readonly mesh: Mesh;
  /** The number of connected parts before. */
  readonly parts: number;
}

/**
 * Keeps the connected parts of a mesh that have the largest areas.
 *
 * @param mesh A mesh whose faces have three different vertices each.
 * @param count The number of parts to keep, an integer of at least 1; all of them by default.
 * @throws {RangeError} If the count is no such number.
 */
export function largestParts(mesh: Mesh, count: number = Infinity): LargestParts {
  if (!(count === Infinity || Number.isSafeInteger(count) && count >= 1)) {
    throw new RangeError(`largestParts: expected a whole number of parts of at least 1, found ${count}.`);
  }
  const { count: parts, of } = partsOf(mesh, edgeTable(mesh));
  if (parts <= count) return { mesh, parts };
  const areas = new Float64Array(parts);
  for (const [face, part] of of.entries()) areas[part] += Math.hypot(...areaVector(mesh, face));
  const kept = new Set([...areas.keys()].sort((a, b) => areas[b] - areas[a]).slice(0, count));
  return { mesh: withoutStrays(leaveOut(mesh, (face) => !kept.has(of[face]))), parts };
}

/** A mesh without the vertices that no face has; the others stay in order. */
function withoutStrays({ positions, indices }: Mesh): Mesh {
  const number = new Int32Array(positions.length / 3).fill(-1);
  for (const vertex of indices) number[vertex] = 0;
  let used = 0;
  for (const [vertex, mark] of number.entries()) if (mark === 0) number[vertex] = used++;
  const left = positions instanceof Float64Array ? new Float64Array(3 * used) : new Float32Array(3 * used);
  for (const [vertex, at] of number.entries()) {
    if (at >= 0) left.set(positions.subarray(3 * vertex, 3 * vertex + 3), 3 * at);
  }
  return { positions: left, indices: indices.map((vertex) => number[vertex]) };
}
