import type { Mesh } from "../../codec/mesh/mesh.ts";
import { type EdgeTable, sideEnd } from "./edge_table.ts";

/** The patches of a mesh: faces that are connected by edges with exactly two faces. */
export interface Patches {
  /** `[faces]`: the patch of each face. */
  readonly patch: Uint32Array;
  /** The number of patches. */
  readonly patches: number;
  /** `[faces]`: 1 if the face must be turned to be oriented as the first face of its patch. */
  readonly turned: Uint8Array;
  /** `[patches]`: 1 if the patch has only one side, as a Möbius strip has, so that no orientation is consistent. */
  readonly oneSided: Uint8Array;
}

/** Marks a face that has no patch yet. */
const NONE = 0xffffffff;

/** Divides the faces of a mesh into patches and orients each by propagation from its first face. */
export function patchesOf({ indices }: Mesh, edges: EdgeTable): Patches {
  const faces = indices.length / 3;
  const patch = new Uint32Array(faces).fill(NONE);
  const turned = new Uint8Array(faces);
  const oneSided: number[] = [];
  const pending = new Uint32Array(faces);
  for (let first = 0; first < faces; first++) {
    if (patch[first] !== NONE) continue;
    const number = oneSided.push(0) - 1;
    patch[first] = number;
    pending[0] = first;
    for (let begin = 0, end = 1; begin < end; begin++) {
      const face = pending[begin];
      for (let side = 3 * face; side < 3 * face + 3; side++) {
        const edge = edges.of[side];
        if (edges.sides[edge] !== 2) continue;
        const other = (edges.pair[edge] ^ side) >>> 0;
        const neighbour = Math.floor(other / 3);
        // Neighbours of consistent orientation traverse their edge in opposite directions.
        const isSame = indices[side] === indices[sideEnd(other)];
        const wanted = isSame ? turned[face] : 1 - turned[face];
        if (patch[neighbour] === NONE) {
          patch[neighbour] = number;
          turned[neighbour] = wanted;
          pending[end++] = neighbour;
        } else if (turned[neighbour] !== wanted) oneSided[number] = 1;
      }
    }
  }
  return { patch, patches: oneSided.length, turned, oneSided: Uint8Array.from(oneSided) };
}
