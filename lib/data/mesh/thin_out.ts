import type { Mesh } from "../../codec/mesh/mesh.ts";
import { groupFaces } from "./face_groups.ts";
import { isCollapsed } from "./inspect.ts";
import { leaveOut } from "./leave_out.ts";

/** A closed surface has about twice as many faces as vertices. Only meshes with more than this many are searched. */
const FACES_OF_VERTEX = 3;

/** A mesh without most copies of faces. */
interface ThinMesh {
  /** The mesh. */
  readonly mesh: Mesh;
  /** The number of faces with a vertex twice that were left out. */
  readonly collapsed: number;
  /** The number of other faces that were left out. */
  readonly copies: number;
}

/**
 * Leaves out most copies of faces that are there many times, so that a file of few bytes does not take much work. Of faces with the same vertices that
 * show the same side, two or three stay, an even or odd number as there were, which is all that the search for duplicates needs.
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
  if (indices.length / 3 <= FACES_OF_VERTEX * vertices) return { mesh, collapsed: 0, copies: 0 };
  const { count, of, side, zeros, ones } = groupFaces(mesh);
  const kept = new Uint8Array(2 * count);
  let collapsed = 0;
  const left = leaveOut(mesh, (face) => {
    const group = of[face];
    const copies = (side[face] === 0 ? zeros : ones)[group];
    if (copies <= 3) return false;
    if (kept[2 * group + side[face]] < 2 + copies % 2) {
      kept[2 * group + side[face]]++;
      return false;
    }
    if (isCollapsed(mesh, face)) collapsed++;
    return true;
  });
  return { mesh: left, collapsed, copies: (indices.length - left.indices.length) / 3 - collapsed };
}
