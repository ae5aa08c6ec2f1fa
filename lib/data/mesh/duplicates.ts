import type { Mesh } from "../../codec/mesh/mesh.ts";
import { edgeTable } from "./edge_table.ts";
import { groupFaces } from "./face_groups.ts";
import { leaveOut } from "./leave_out.ts";
import { partsOf } from "./parts.ts";
import { oddEdges } from "./odd_edges.ts";

/**
 * Leaves out faces that are there twice with the same orientation. Where a part of the surface would be less closed without them, such as
 * where the sides of two bodies lie on each other, they stay.
 *
 * @param mesh A mesh whose faces have three different vertices each.
 * @returns The mesh and the number of faces that were left out.
 */
export function leaveOutDuplicates(mesh: Mesh): { mesh: Mesh; duplicates: number } {
  const groups = groupFaces(mesh);
  const faces = groups.of.length;
  if (groups.count === faces) return { mesh, duplicates: 0 };
  const edges = edgeTable(mesh);
  const parts = partsOf(mesh, edges);
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
  const before = oddEdges(edges, parts, twin);
  const after = oddEdges(edges, parts, drop.map((out, face) => out | twin[face]));
  const left = leaveOut(mesh, (face) => {
    const part = parts.of[face];
    return drop[face] === 1 && after[part] <= before[part];
  });
  return { mesh: left, duplicates: (mesh.indices.length - left.indices.length) / 3 };
}
