import type { EdgeTable } from "./edge_table.ts";
import type { Parts } from "./parts.ts";

/**
 * Counts the edges of each part that have an odd number of faces. A part has none where its surface is closed, however its faces are
 * oriented. Parts that are marked as closed count as 0.
 *
 * @param drop `[faces]`: 1 for faces that are taken as left out.
 * @returns `[parts]`.
 */
export function oddEdges(edges: EdgeTable, parts: Parts, drop?: Uint8Array): Uint32Array {
  const isOdd = new Uint8Array(edges.count);
  const part = new Uint32Array(edges.count);
  for (let side = 0; side < edges.of.length; side++) {
    const face = Math.floor(side / 3);
    if (parts.closed[parts.of[face]] === 1 || drop?.[face] === 1) continue;
    isOdd[edges.of[side]] ^= 1;
    part[edges.of[side]] = parts.of[face];
  }
  const counts = new Uint32Array(parts.count);
  for (let edge = 0; edge < edges.count; edge++) if (isOdd[edge] === 1) counts[part[edge]]++;
  return counts;
}
