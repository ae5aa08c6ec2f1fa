import { oddEdges } from "./odd_edges.ts";
import type { Surface } from "./surface.ts";

/**
 * Leaves out faces that are there twice with the same orientation. Where a part of the surface would be less closed without them, such as
 * where the sides of two bodies lie on each other, they stay.
 *
 * @returns The surface and the number of faces that were left out.
 */
export function leaveOutDuplicates(surface: Surface): { surface: Surface; duplicates: number } {
  const { groups, faces } = surface;
  if (groups.count === faces) return { surface, duplicates: 0 };
  // One face of each group is kept, on the side of which there are more, or one on either side if there are equally many.
  const drop = new Uint8Array(faces);
  // Of two kept ones, which show both sides of a triangle, only one counts in the comparison.
  const twin = new Uint8Array(faces);
  const kept = new Uint8Array(2 * groups.count);
  for (let face = 0; face < faces; face++) {
    const [group, side] = [groups.of[face], groups.side[face]];
    const [same, other] = side === 0 ? [groups.zeros, groups.ones] : [groups.ones, groups.zeros];
    if (same[group] < other[group] || kept[2 * group + side] === 1) drop[face] = 1;
    else {
      kept[2 * group + side] = 1;
      if (kept[2 * group + 1 - side] === 1) twin[face] = 1;
    }
  }
  if (!drop.includes(1)) return { surface, duplicates: 0 };
  const { edges, parts } = surface;
  const before = oddEdges(edges, parts, twin);
  const after = oddEdges(edges, parts, drop.map((out, face) => out | twin[face]));
  const left = surface.without((face) => {
    const part = parts.of[face];
    return drop[face] === 1 && after[part] <= before[part];
  });
  return { surface: left, duplicates: faces - left.faces };
}
