import type { Mesh } from "../../codec/mesh/mesh.ts";

/** The edges of a mesh with the faces at each. Corner i of a face, at position h = 3·face + i of the indices, begins its side h. */
export interface EdgeTable {
  /** The number of edges. */
  readonly count: number;
  /** `[3·faces]`: the edge of each side. */
  readonly of: Uint32Array;
  /** `[edges]`: the number of sides at each edge, which is 0 where all of its faces were left out. */
  readonly sides: Uint32Array;
  /** `[edges]`: how many more sides go from the smaller vertex to the larger one than back; 0 where the surface is closed. */
  readonly balance: Int32Array;
  /** `[edges]`: the positions of its sides, combined by exclusive or. With two sides, it gives each from the other. */
  readonly pair: Int32Array;
}

/** The numbers of an edge's record: its smaller vertex, its larger one, and what `EdgeTable` has of it. They fill half a line of the cache. */
const [LOW, HIGH, SIDES, BALANCE, PAIR, RECORD] = [0, 1, 2, 3, 4, 8];

/**
 * Finds the edges of a mesh.
 *
 * @param mesh A mesh whose faces have three different vertices each.
 */
export function edgeTable({ positions, indices }: Mesh): EdgeTable {
  // A closed surface has about three times as many edges as vertices, and few meshes have more.
  let slots = 2 ** Math.ceil(Math.log2(Math.max(4, 1.5 * Math.min(indices.length, 2 * positions.length))));
  let table = new Int32Array(slots).fill(-1);
  let records = new Int32Array(RECORD * (slots / 2 + 1));
  const of = new Uint32Array(indices.length);
  let count = 0;
  for (let side = 0; side < indices.length; side++) {
    const [from, to] = [indices[side], indices[sideEnd(side)]];
    const isForward = from < to;
    const [a, b] = isForward ? [from | 0, to | 0] : [to | 0, from | 0];
    let slot = hashOf(a, b) & (slots - 1);
    let edge = table[slot];
    while (edge >= 0 && (records[RECORD * edge + LOW] !== a || records[RECORD * edge + HIGH] !== b)) {
      slot = (slot + 1) & (slots - 1);
      edge = table[slot];
    }
    if (edge < 0) {
      edge = table[slot] = count++;
      records[RECORD * edge + LOW] = a;
      records[RECORD * edge + HIGH] = b;
      if (2 * count > slots) {
        slots *= 4;
        table = tableOf(records, count, slots);
        records = enlarged(records, RECORD * (slots / 2 + 1));
      }
    }
    of[side] = edge;
    records[RECORD * edge + SIDES]++;
    records[RECORD * edge + BALANCE] += isForward ? 1 : -1;
    records[RECORD * edge + PAIR] ^= side;
  }
  const [sides, balance, pair] = [new Uint32Array(count), new Int32Array(count), new Int32Array(count)];
  for (let edge = 0; edge < count; edge++) {
    sides[edge] = records[RECORD * edge + SIDES];
    balance[edge] = records[RECORD * edge + BALANCE];
    pair[edge] = records[RECORD * edge + PAIR];
  }
  return { count, of, sides, balance, pair };
}

/**
 * The edges of a mesh from which faces were left out.
 *
 * @param edges The edges of the whole mesh, which keep their numbers.
 * @param indices The indices of what is left.
 * @param isOut `[faces of the whole mesh]`: 1 for faces that were left out.
 */
export function edgesWithout(edges: EdgeTable, indices: Uint32Array, isOut: Uint8Array): EdgeTable {
  const of = new Uint32Array(indices.length);
  const sides = new Uint32Array(edges.count);
  const balance = new Int32Array(edges.count);
  const pair = new Int32Array(edges.count);
  let side = 0;
  for (let face = 0; face < isOut.length; face++) {
    if (isOut[face] === 1) continue;
    for (let was = 3 * face; was < 3 * face + 3; was++, side++) {
      const edge = of[side] = edges.of[was];
      sides[edge]++;
      balance[edge] += indices[side] < indices[sideEnd(side)] ? 1 : -1;
      pair[edge] ^= side;
    }
  }
  return { count: edges.count, of, sides, balance, pair };
}

function hashOf(a: number, b: number): number {
  const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

/** A hash table of edges. */
function tableOf(records: Int32Array, count: number, slots: number): Int32Array<ArrayBuffer> {
  const table = new Int32Array(slots).fill(-1);
  for (let edge = 0; edge < count; edge++) {
    let slot = hashOf(records[RECORD * edge + LOW], records[RECORD * edge + HIGH]) & (slots - 1);
    while (table[slot] >= 0) slot = (slot + 1) & (slots - 1);
    table[slot] = edge;
  }
  return table;
}

function enlarged(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}

/** The position of the corner at which a side ends. */
export function sideEnd(side: number): number {
  return side % 3 === 2 ? side - 2 : side + 1;
}
