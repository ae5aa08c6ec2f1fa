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

/** Groups the faces that have the same three vertices. */
export function groupFaces({ indices }: Mesh): FaceGroups {
  const faces = indices.length / 3;
  const slots = 2 ** Math.ceil(Math.log2(Math.max(4, 2 * faces)));
  const table = new Int32Array(slots).fill(-1);
  const of = new Uint32Array(faces);
  const side = new Uint8Array(faces);
  const keys = new Uint32Array(3 * faces);
  const [zeros, ones] = [new Uint32Array(faces), new Uint32Array(faces)];
  let count = 0;
  for (let face = 0; face < faces; face++) {
    let [a, b, c] = [indices[3 * face], indices[3 * face + 1], indices[3 * face + 2]];
    // The smallest vertex comes first, without a change of orientation; then the order of the others is the side.
    if (b < a && b < c) [a, b, c] = [b, c, a];
    else if (c < a && c < b) [a, b, c] = [c, a, b];
    const isOne = c < b;
    if (isOne) [b, c] = [c, b];
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & (slots - 1);
    for (; table[slot] >= 0; slot = (slot + 1) & (slots - 1)) {
      const key = 3 * table[slot];
      if (keys[key] === a && keys[key + 1] === b && keys[key + 2] === c) break;
    }
    if (table[slot] < 0) {
      keys[3 * count] = a;
      keys[3 * count + 1] = b;
      keys[3 * count + 2] = c;
      table[slot] = count++;
    }
    of[face] = table[slot];
    side[face] = isOne ? 1 : 0;
    (isOne ? ones : zeros)[table[slot]]++;
  }
  return { count, of, side, zeros, ones };
}
