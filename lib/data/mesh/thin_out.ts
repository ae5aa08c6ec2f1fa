import type { Mesh } from "../../codec/mesh/mesh.ts";
import { groupFaces } from "./face_groups.ts";
import { isCollapsed } from "./inspect.ts";
import { leaveOut } from "./leave_out.ts";

/** A closed surface has about twice as many faces as vertices. Only meshes with more than this many are searched. */
const FACES_OF_VERTEX = 3;

/** Up to this number, all copies stay. */
const MANY = 3;

/** A mesh without most copies of faces. */
interface ThinMesh {
  /** The mesh. */
  readonly mesh: Mesh;
  /** The number of faces with a vertex twice that were left out. */
  readonly collapsed: number;
  /** The number of other faces that were left out. */
  readonly copies: number;
  /** The number of vertices that faces use. */
  readonly vertices: number;
}

/**
 * Leaves out most copies of faces that are there many times, so that a file of few bytes does not take much work. Of faces with the same
 * vertices, so many stay as tell which side more of them show and whether their number is even, which is all that the search for duplicates
 * asks for: at most four for either side.
 */
export function thinOut(mesh: Mesh): ThinMesh {
  const { positions, indices } = mesh;
  const used = new Uint8Array(positions.length / 3);
  let vertices = 0;
  for (let i = 0; i < indices.length; i++) {
    if (used[indices[i]] === 1) continue;
    used[indices[i]] = 1;
    vertices++;
  }
  if (indices.length / 3 <= FACES_OF_VERTEX * vertices) return { mesh, collapsed: 0, copies: 0, vertices };
  const { count, of, side, zeros, ones } = groupFaces(mesh);
  // How many faces of each group are still to be kept, of those that show side 0 and of those that show side 1.
  const left = new Uint8Array(2 * count);
  for (let group = 0; group < count; group++) {
    left[2 * group] = copiesToKeep(zeros[group], ones[group]);
    left[2 * group + 1] = copiesToKeep(ones[group], zeros[group]);
  }
  let collapsed = 0;
  const thin = leaveOut(mesh, (face) => {
    const at = 2 * of[face] + side[face];
    if (left[at] > 0) {
      left[at]--;
      return false;
    }
    if (isCollapsed(mesh, face)) collapsed++;
    return true;
  });
  return { mesh: thin, collapsed, copies: (indices.length - thin.indices.length) / 3 - collapsed, vertices };
}

/** How many of some copies to keep, if there are others that show the other side. */
function copiesToKeep(copies: number, others: number): number {
  if (copies <= MANY && others <= MANY) return copies;
  const least = (number: number) => number === 0 ? 0 : number % 2 === 0 ? 2 : 1;
  if (copies <= others) return least(copies);
  const more = least(others) + 1;
  return more % 2 === copies % 2 ? more : more + 1;
}
