import type { Mesh } from "../../codec/mesh/mesh.ts";
import { type EdgeTable, sideEnd } from "./edge_table.ts";

/** The connected parts of a mesh. */
export interface Parts {
  /** The number of parts. */
  readonly count: number;
  /** `[faces]`: the part of each face. */
  readonly of: Uint32Array;
  /** `[parts]`: 1 if each edge has exactly two faces of the part, so that the part is a closed surface of its own. */
  readonly closed: Uint8Array;
  /** `[faces]`: the patch of each face: the faces that are connected by edges with exactly two faces. A closed part is one patch. */
  readonly patch: Uint32Array;
  /** The number of patches. */
  readonly patches: number;
  /** `[faces]`: 1 if the face must be turned to be oriented as the first face of its patch. */
  readonly turned: Uint8Array;
  /** `[patches]`: 1 if the patch has only one side, as a Möbius strip has, so that no orientation is consistent. */
  readonly oneSided: Uint8Array;
}

/**
 * Finds the connected parts of a mesh. A closed surface that touches another at a vertex or an edge is a part of its own. All other
 * faces are divided into parts that have no vertex in common.
 *
 * @param mesh A mesh whose faces have three different vertices each.
 * @param edges Its edges.
 */
export function partsOf(mesh: Mesh, edges: EdgeTable): Parts {
  const patches = patchesOf(mesh, edges);
  const open = openPatches(edges, patches);
  const { indices, positions } = mesh;
  const parents = Uint32Array.from({ length: positions.length / 3 }, (_, i) => i);
  const root = (vertex: number) => {
    while (parents[vertex] !== vertex) vertex = parents[vertex] = parents[parents[vertex]];
    return vertex;
  };
  for (let i = 0; i < indices.length; i += 3) {
    if (open[patches.patch[i / 3]] === 0) continue;
    for (const other of [indices[i + 1], indices[i + 2]]) parents[root(other)] = root(indices[i]);
  }
  // The part of each closed patch, and of the other faces at each root.
  const ofPatch = new Int32Array(patches.patches).fill(-1);
  const ofRoot = new Int32Array(open.includes(1) ? parents.length : 0).fill(-1);
  const of = new Uint32Array(indices.length / 3);
  const closed: number[] = [];
  for (let face = 0; face < of.length; face++) {
    const isOpen = open[patches.patch[face]] === 1;
    const [list, at] = isOpen ? [ofRoot, root(indices[3 * face])] : [ofPatch, patches.patch[face]];
    if (list[at] < 0) list[at] = closed.push(isOpen ? 0 : 1) - 1;
    of[face] = list[at];
  }
  return { count: closed.length, of, closed: Uint8Array.from(closed), ...patches };
}

/** Divides the faces into patches and orients each by propagation from its first face. */
function patchesOf({ indices }: Mesh, edges: EdgeTable): Pick<Parts, "patch" | "patches" | "turned" | "oneSided"> {
  const faces = indices.length / 3;
  const NONE = 0xffffffff;
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
        const other = edges.sum[edge] - side;
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

/** Marks the patches of which some edge does not have exactly two faces. */
function openPatches(edges: EdgeTable, { patch, patches }: Pick<Parts, "patch" | "patches">): Uint8Array {
  const open = new Uint8Array(patches);
  const crowded: number[] = [];
  for (let side = 0; side < edges.of.length; side++) {
    const edge = edges.of[side];
    if (edges.sides[edge] === 1) open[patch[Math.floor(side / 3)]] = 1;
    else if (edges.sides[edge] > 2) crowded.push(edge * patches + patch[Math.floor(side / 3)]);
  }
  const keys = Float64Array.from(crowded).sort();
  for (let begin = 0, end = 0; begin < keys.length; begin = end) {
    while (end < keys.length && keys[end] === keys[begin]) end++;
    if (end - begin !== 2) open[keys[begin] % patches] = 1;
  }
  return open;
}
