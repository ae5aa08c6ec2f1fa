import type { Mesh } from "../../codec/mesh/mesh.ts";

/** The edges of a mesh with the faces at each. Corner i of a face, at position h = 3·face + i of the indices, begins its side h. */
export interface EdgeTable {
  /** The number of edges. */
  readonly count: number;
  /** `[3·faces]`: the edge of each side. */
  readonly of: Uint32Array;
  /** `[edges]`: the number of sides at each edge. */
  readonly sides: Uint32Array;
  /** `[edges]`: how many more sides go from the smaller vertex to the larger one than back; 0 where the surface is closed. */
  readonly balance: Int32Array;
  /** `[edges]`: the sum of the positions of its sides. With two sides, it gives each from the other. */
  readonly sum: Float64Array;
}

/**
 * Finds the edges of a mesh.
 *
 * @param mesh A mesh whose faces have three different vertices each.
 */
export function edgeTable({ indices }: Mesh): EdgeTable {
  const slots = 2 ** Math.ceil(Math.log2(Math.max(4, 1.5 * indices.length)));
  const table = new Int32Array(slots).fill(-1);
  const of = new Uint32Array(indices.length);
  const low = new Uint32Array(indices.length);
  const high = new Uint32Array(indices.length);
  const sides = new Uint32Array(indices.length);
  const balance = new Int32Array(indices.length);
  const sum = new Float64Array(indices.length);
  let count = 0;
  for (let side = 0; side < indices.length; side++) {
    const [from, to] = [indices[side], indices[sideEnd(side)]];
    const isForward = from < to;
    const [a, b] = isForward ? [from, to] : [to, from];
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & (slots - 1);
    while (table[slot] >= 0 && (low[table[slot]] !== a || high[table[slot]] !== b)) slot = (slot + 1) & (slots - 1);
    if (table[slot] < 0) {
      table[slot] = count;
      low[count] = a;
      high[count++] = b;
    }
    const edge = table[slot];
    of[side] = edge;
    sides[edge]++;
    balance[edge] += isForward ? 1 : -1;
    sum[edge] += side;
  }
  return {
    count,
    of,
    sides: sides.subarray(0, count),
    balance: balance.subarray(0, count),
    sum: sum.subarray(0, count),
  };
}

/** The position of the corner at which a side ends. */
export function sideEnd(side: number): number {
  return side % 3 === 2 ? side - 2 : side + 1;
}
