import type { Mesh } from "../../codec/mesh/mesh.ts";
import { type EdgeTable, sideEnd } from "./edge_table.ts";
import type { Parts } from "./parts.ts";

/**
 * Counts the edges of each part that are not traversed equally often in both directions; a part without such edges is closed. Parts that are
 * marked as closed count as 0.
 *
 * @param drop `[faces]`: 1 for faces that are taken as left out.
 * @returns `[parts]`.
 */
export function unbalancedEdges({ indices }: Mesh, edges: EdgeTable, parts: Parts, drop?: Uint8Array): Uint32Array {
  const balance = new Int32Array(edges.count);
  const part = new Int32Array(edges.count).fill(-1);
  for (let side = 0; side < indices.length; side++) {
    const face = Math.floor(side / 3);
    if (parts.closed[parts.of[face]] === 1 || drop?.[face] === 1) continue;
    balance[edges.of[side]] += indices[side] < indices[sideEnd(side)] ? 1 : -1;
    part[edges.of[side]] = parts.of[face];
  }
  const counts = new Uint32Array(parts.count);
  for (let edge = 0; edge < edges.count; edge++) if (balance[edge] !== 0) counts[part[edge]]++;
  return counts;
}
