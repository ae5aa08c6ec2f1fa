import type { Mesh } from "../../codec/mesh/mesh.ts";
import { edgeTable } from "./edge_table.ts";
import { groupFaces } from "./face_groups.ts";
import { leaveOut } from "./leave_out.ts";
import { partsOf } from "./parts.ts";
import { oddEdges } from "./odd_edges.ts";

/**
 * Finds faces with a turned twin: a face with the same corners that shows its other side, so that both cancel. Where two bodies have a side
 * in common, that is how it should be. But where a part of the surface has nothing but twins, or has holes without them, a program wrote
 * each face for both sides; then one of each two is left out, if that makes the part closed.
 *
 * @param mesh A mesh whose faces have three different vertices each, without duplicates.
 * @returns The mesh, in which faces may be oriented against each other, the number of faces that have a turned twin and should not, and
 * how many of them were left out.
 */
export function leaveOutTwins(mesh: Mesh): { mesh: Mesh; twins: number; leftOut: number } {
  const groups = groupFaces(mesh);
  const isTwin = (face: number) => groups.zeros[groups.of[face]] === 1 && groups.ones[groups.of[face]] === 1;
  const faces = groups.of.length;
  if (groups.count === faces) return { mesh, twins: 0, leftOut: 0 };
  const doubtful = doubtfulParts(mesh, isTwin);
  let twins = 0;
  const drop = new Uint8Array(faces);
  const seen = new Uint8Array(groups.count);
  for (let face = 0; face < faces; face++) {
    if (!isTwin(face) || doubtful.parts[doubtful.of[face]] === 0) continue;
    twins++;
    if (seen[groups.of[face]] === 1) drop[face] = 1;
    seen[groups.of[face]] = 1;
  }
  if (twins === 0) return { mesh, twins, leftOut: 0 };
  // The parts that are closed without the twins.
  const single = leaveOut(mesh, (face) => drop[face] === 1);
  const singleParts = partsOf(single, edgeTable(single));
  const mended = Uint8Array.from(doubtful.parts);
  for (let face = 0, at = 0; face < faces; face++) {
    if (drop[face] === 1) continue;
    if (singleParts.closed[singleParts.of[at++]] === 0) mended[doubtful.of[face]] = 0;
  }
  const left = leaveOut(mesh, (face) => drop[face] === 1 && mended[doubtful.of[face]] === 1);
  return { mesh: left, twins, leftOut: (mesh.indices.length - left.indices.length) / 3 };
}

/** Finds the parts that have nothing but twins, or that are not closed without them. */
function doubtfulParts(mesh: Mesh, isTwin: (face: number) => boolean): { of: Uint32Array; parts: Uint8Array } {
  const edges = edgeTable(mesh);
  const parts = partsOf(mesh, edges);
  const twins = Uint8Array.from(parts.of, (_, face) => isTwin(face) ? 1 : 0);
  const odd = oddEdges(edges, parts, twins);
  const hasOthers = new Uint8Array(parts.count);
  for (let face = 0; face < parts.of.length; face++) if (twins[face] === 0) hasOthers[parts.of[face]] = 1;
  return { of: parts.of, parts: hasOthers.map((has, part) => has === 0 || odd[part] > 0 ? 1 : 0) };
}
