import type { Mesh } from "../../codec/mesh/mesh.ts";
import type { EdgeTable } from "./edge_table.ts";
import { type Patches, patchesOf } from "./patches.ts";

/** The connected parts of a mesh. */
export interface Parts extends Patches {
  /** The number of parts. */
  readonly count: number;
  /** `[faces]`: the part of each face. */
  readonly of: Uint32Array;
  /** `[parts]`: 1 if each edge has exactly two faces of the part, so that the part is a closed surface of its own. It is one patch. */
  readonly closed: Uint8Array;
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

/** Marks the patches of which some edge does not have exactly two faces. */
function openPatches(edges: EdgeTable, { patch, patches }: Patches): Uint8Array {
  const open = new Uint8Array(patches);
  let crowded = 0;
  for (let side = 0; side < edges.of.length; side++) {
    const sides = edges.sides[edges.of[side]];
    if (sides === 1) open[patch[Math.floor(side / 3)]] = 1;
    else if (sides > 2) crowded++;
  }
  if (crowded === 0) return open;
  // At an edge with more faces, each closed patch has two of them. For each edge in turn, they are counted in `seen`.
  const { start, sides } = sidesByEdge(edges, crowded);
  const seen = new Uint32Array(patches);
  for (let edge = 0; edge < edges.count; edge++) {
    for (let i = start[edge]; i < start[edge + 1]; i++) seen[patch[Math.floor(sides[i] / 3)]]++;
    for (let i = start[edge]; i < start[edge + 1]; i++) {
      const own = patch[Math.floor(sides[i] / 3)];
      if (seen[own] !== 0 && seen[own] !== 2) open[own] = 1;
      seen[own] = 0;
    }
  }
  return open;
}

/** Sorts the sides at edges with more than two faces by their edge: those of edge e are `sides[start[e]]` to `sides[start[e + 1] - 1]`. */
function sidesByEdge(edges: EdgeTable, crowded: number): { start: Uint32Array; sides: Uint32Array } {
  const start = new Uint32Array(edges.count + 1);
  for (let edge = 0, length = 0; edge < edges.count; edge++) {
    start[edge] = length;
    if (edges.sides[edge] > 2) length += edges.sides[edge];
  }
  start[edges.count] = crowded;
  const next = start.slice();
  const sides = new Uint32Array(crowded);
  for (let side = 0; side < edges.of.length; side++) {
    if (edges.sides[edges.of[side]] > 2) sides[next[edges.of[side]]++] = side;
  }
  return { start, sides };
}
