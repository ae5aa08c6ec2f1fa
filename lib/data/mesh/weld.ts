import type { Mesh } from "./mesh.ts";

/**
 * Makes one vertex of all that lie at exactly the same position, and leaves out vertices that no face uses. Faces stay as
 * they are, degenerate ones too.
 */
export function weldVertices({ positions, indices }: Mesh): Mesh {
  const bits = new Uint32Array(positions.buffer, positions.byteOffset, positions.length);
  const count = positions.length / 3;
  // An open-addressing table from position to first vertex there; at most half full.
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * count)));
  const table = new Int32Array(size).fill(-1);
  const place = new Int32Array(count).fill(-1);
  const kept = new Float32Array(positions.length);
  const welded = new Uint32Array(indices.length);
  let length = 0;
  // −0 and 0 are the same position.
  const word = (i: number) => bits[i] === 0x80000000 ? 0 : bits[i];
  const find = (vertex: number): number => {
    const [x, y, z] = [word(3 * vertex), word(3 * vertex + 1), word(3 * vertex + 2)];
    let hash = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(z, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    for (let slot = (hash ^ (hash >>> 13)) & (size - 1);; slot = (slot + 1) & (size - 1)) {
      const other = table[slot];
      if (other < 0) {
        table[slot] = vertex;
        kept.set(positions.subarray(3 * vertex, 3 * vertex + 3), 3 * length);
        return place[vertex] = length++;
      }
      if (word(3 * other) === x && word(3 * other + 1) === y && word(3 * other + 2) === z) {
        return place[vertex] = place[other];
      }
    }
  };
  for (let i = 0; i < indices.length; i++) {
    const vertex = indices[i];
    welded[i] = place[vertex] >= 0 ? place[vertex] : find(vertex);
  }
  return { positions: kept.slice(0, 3 * length), indices: welded };
}
