import type { Mesh } from "../../codec/mesh/mesh.ts";
import { alignPolygons } from "./align_polygons.ts";
import { leaveOutDuplicates } from "./duplicates.ts";
import { areaVector, type EdgeCounts, edgeCounts, isCollapsed, measureSurface } from "./inspect.ts";
import { findInwardParts, ROUNDING } from "./inward_parts.ts";
import { leaveOut } from "./leave_out.ts";
import { compareOrientations } from "./orientation.ts";
import { Surface } from "./surface.ts";
import { leaveOutTwins } from "./twins.ts";

/** What was found in a mesh before it was judged, and what was done about it. */
export interface MeshCleaning {
  /** The number of vertices that were merged with one at almost the same position. */
  readonly mergedVertices: number;
  /** The number of faces without area, which were left out. */
  readonly facesWithoutArea: number;
  /** The number of faces that were left out because they are there twice with the same orientation. */
  readonly duplicateFaces: number;
  /** The number of faces that have a turned twin, a face with the same corners that shows its other side, where both should not be. */
  readonly twinFaces: number;
  /** The number of turned twins that can be left out, and with the option `repair` were. */
  readonly needlessTwins: number;
  /** The number of parts in which faces are oriented against each other. */
  readonly mixedParts: number;
  /** The number of faces in them that are oriented against the larger rest. */
  readonly mixedFaces: number;
  /** The number of these that cannot be put right, because their part has holes and no orientation is that of nearly all faces. */
  readonly undecidedFaces: number;
  /** The number of parts with only one side, as a Möbius strip has. */
  readonly oneSidedParts: number;
  /** The number of closed parts that are oriented inward but not inside another part. */
  readonly inwardParts: number;
  /** The number of faces that the option `repair` turned. */
  readonly turnedFaces: number;
}

/** A mesh after cleaning. */
interface CleanedMesh {
  /** The mesh, all of whose faces have an area. */
  readonly mesh: Mesh;
  /** How its faces meet, together with faces without area where these connect others. */
  readonly edges: EdgeCounts;
  /** Whether all faces were flipped because the mesh was oriented inward as a whole. */
  readonly flipped: boolean;
  /** What was found and done. */
  readonly cleaning: Omit<MeshCleaning, "mergedVertices">;
}

/**
 * Cleans a mesh: faces without area and duplicates are left out, and a mesh that is oriented inward as a whole is flipped. With `repair`,
 * what else is wrong and can be made right in only one way is: turned twins are left out, faces are turned to agree with the rest of their
 * part, and closed parts outward. The time grows with the number of faces, not with that of parts.
 *
 * @param welded A mesh within the unit sphere whose vertices are merged.
 * @param repair Whether to turn faces and leave out turned twins.
 */
export function cleanMesh(welded: Mesh, repair: boolean): CleanedMesh {
  const whole = new Surface(leaveOut(welded, (face) => isCollapsed(welded, face)));
  const { distinct, single, duplicates, twins, leftOut } = leaveOutCopies(whole);
  const before = repair ? single : distinct;
  const { parts } = before;
  const { turn, mixed, mostlyInward, ...orientation } = compareOrientations(before.mesh, parts, repair);
  const agreed = before.turned((face) => turn[face] === 1);
  const { area, volume } = measureSurface(agreed.mesh);
  const isInward = volume < -ROUNDING * area;
  const outward = isInward ? agreed.flipped() : agreed;
  const { inward, inside } = findInwardParts(outward, parts, mixed, mostlyInward);
  // A part of mixed orientation that was mostly inward, and is inside another one, is a cavity.
  const isTurned = (face: number) => repair && (inward[parts.of[face]] === 1 || inside[parts.of[face]] === 1);
  const surface = outward.turned(isTurned);
  const left = surface.without((face) => !hasArea(surface.mesh, face));
  const turnedFaces = repair ? countTurned(before.mesh, surface.mesh) : 0;
  // If the repair turned some faces back, not all are flipped.
  const flipped = isInward && (turnedFaces === 0 || turnedFaces === left.faces);
  return {
    mesh: left.mesh,
    edges: fewestOpen(surface, left),
    flipped,
    cleaning: {
      ...orientation,
      facesWithoutArea: welded.indices.length / 3 - left.faces - (whole.faces - surface.faces),
      duplicateFaces: duplicates,
      twinFaces: twins,
      needlessTwins: leftOut,
      inwardParts: inward.reduce((sum, is) => sum + is, 0),
      turnedFaces: flipped ? 0 : turnedFaces,
    },
  };
}

/** A surface without duplicates, and also without needless twins. Polygons that are there several times need not have the same triangles. */
function leaveOutCopies(whole: Surface) {
  const leftOut = (surface: Surface) => {
    const { surface: distinct, duplicates } = leaveOutDuplicates(surface);
    const { surface: single, ...twins } = leaveOutTwins(distinct);
    return { distinct, duplicates, single, ...twins };
  };
  const aligned = alignPolygons(whole);
  const found = leftOut(aligned);
  // Where bodies have a side in common, its polygons stay as they are.
  return aligned !== whole && found.duplicates === 0 && found.twins === 0 ? leftOut(whole) : found;
}

/** Counts the faces with an area that are turned over. */
function countTurned(before: Mesh, after: Mesh): number {
  let count = 0;
  for (let face = 0; face < before.indices.length / 3; face++) {
    if (before.indices[3 * face + 1] === after.indices[3 * face + 1]) continue;
    if (hasArea(before, face)) count++;
  }
  return count;
}

function hasArea(mesh: Mesh, face: number): boolean {
  const [x, y, z] = areaVector(mesh, face);
  return x !== 0 || y !== 0 || z !== 0;
}

/** Counts the edges of a surface with or without faces that have no area, whichever is more closed. */
function fewestOpen(surface: Surface, left: Surface): EdgeCounts {
  const withFlat = edgeCounts(surface.edges);
  if (surface === left || withFlat.unbalancedEdges === 0) return withFlat;
  const without = edgeCounts(left.edges);
  return without.unbalancedEdges < withFlat.unbalancedEdges ? without : withFlat;
}
