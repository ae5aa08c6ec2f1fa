import type { Mesh } from "../../codec/mesh/mesh.ts";

/** The faces of a mesh, those with the same three vertices together. */
export interface FaceGroups {
  /** The number of groups. */
  readonly count: number;
  /** `[faces]`: the group of each face. */
  readonly of: Uint32Array;
  /** `[faces]`: which of the two sides of the triangle the face shows, 0 or 1. */
  readonly side: Uint8Array;
  /** `[groups]`: how many faces show side 0. */
  readonly zeros: Uint32Array;
  /** `[groups]`: how many faces show side 1. */
  readonly ones: Uint32Array;
}

/** The numbers of a group's record: its vertices, and how many faces show either side. They fill half a line of the cache. */
const [FIRST, SECOND, THIRD, ZEROS, ONES, RECORD] = [0, 1, 2, 3, 4, 8];

/** Groups the faces that have the same three vertices. */
export function groupFaces({ positions, indices }: Mesh): FaceGroups {
  const faces = indices.length / 3;
  // A closed surface has about twice as many faces as vertices, and few meshes have more.
  let slots = 2 ** Math.ceil(Math.log2(Math.max(4, 2 * Math.min(faces, positions.length))));
  let table = new Int32Array(slots).fill(-1);
  let records = new Int32Array(RECORD * (slots / 2 + 1));
  const of = new Uint32Array(faces);
  const side = new Uint8Array(faces);
  let count = 0;
  for (let face = 0; face < faces; face++) {
    let [a, b, c] = [indices[3 * face] | 0, indices[3 * face + 1] | 0, indices[3 * face + 2] | 0];
    // The smallest vertex comes first, without a change of orientation; then the order of the others is the side.
    if (b < a && b < c) [a, b, c] = [b, c, a];
    else if (c < a && c < b) [a, b, c] = [c, a, b];
    const isOne = c < b;
    if (isOne) [b, c] = [c, b];
    let slot = hashOf(a, b, c) & (slots - 1);
    let group = table[slot];
    for (; group >= 0; group = table[slot]) {
      const at = RECORD * group;
      if (records[at + FIRST] === a && records[at + SECOND] === b && records[at + THIRD] === c) break;
      slot = (slot + 1) & (slots - 1);
    }
    if (group < 0) {
      group = table[slot] = count++;
      records[RECORD * group + FIRST] = a;
      records[RECORD * group + SECOND] = b;
      records[RECORD * group + THIRD] = c;
      if (2 * count > slots) [slots, table, records] = enlarge(slots, records, count);
    }
    of[face] = group;
    side[face] = isOne ? 1 : 0;
    records[RECORD * group + (isOne ? ONES : ZEROS)]++;
  }
  const [zeros, ones] = [new Uint32Array(count), new Uint32Array(count)];
  for (let group = 0; group < count; group++) {
    zeros[group] = records[RECORD * group + ZEROS];
    ones[group] = records[RECORD * group + ONES];
  }
  return { count, of, side, zeros, ones };
}

function hashOf(a: number, b: number, c: number): number {
  const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

/** A hash table of groups with four times as many slots, and the records with room for them. */
function enlarge(
  slots: number,
  records: Int32Array,
  count: number,
): [number, Int32Array<ArrayBuffer>, Int32Array<ArrayBuffer>] {
  const larger = 4 * slots;
  const table = new Int32Array(larger).fill(-1);
  for (let group = 0; group < count; group++) {
    const at = RECORD * group;
    let slot = hashOf(records[at + FIRST], records[at + SECOND], records[at + THIRD]) & (larger - 1);
    while (table[slot] >= 0) slot = (slot + 1) & (larger - 1);
    table[slot] = group;
  }
  const copy = new Int32Array(RECORD * (larger / 2 + 1));
  copy.set(records);
  return [larger, table, copy];
}
