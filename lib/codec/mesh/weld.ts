import { checkIndices } from "./check_indices.ts";
import type { Mesh } from "./mesh.ts";

/**
 * Merges vertices at exactly the same position and removes vertices that no face uses. All faces are kept, including degenerate
 * ones.
 *
 * @throws {Error} If an array has the wrong type or length, or an index is out of range.
 */
export function weldVertices(mesh: Mesh): Mesh {
  checkIndices(mesh, "weldVertices");
  const { positions, indices } = mesh;
  const count = positions.length / 3;
  // An open-addressing hash table from a position to the first vertex there. It is at most half full.
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * count)));
  const table = new Int32Array(size).fill(-1);
  const place = new Int32Array(count).fill(-1);
  const kept = positions.slice();
  const welded = new Uint32Array(indices.length);
  let length = 0;
  const value = new Float64Array(1);
  const bits = new Uint32Array(value.buffer);
  const word = (number: number) => {
    // −0 and 0 are the same position.
    value[0] = number === 0 ? 0 : number;
    return bits[0] ^ bits[1];
  };
  const find = (vertex: number): number => {
    const [x, y, z] = [positions[3 * vertex], positions[3 * vertex + 1], positions[3 * vertex + 2]];
    let hash = Math.imul(word(x), 0x9e3779b1) ^ Math.imul(word(y), 0x85ebca6b) ^ Math.imul(word(z), 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    for (let slot = (hash ^ (hash >>> 13)) & (size - 1);; slot = (slot + 1) & (size - 1)) {
      const other = table[slot];
      if (other < 0) {
        table[slot] = vertex;
        kept.set(positions.subarray(3 * vertex, 3 * vertex + 3), 3 * length);
        return place[vertex] = length++;
      }
      if (positions[3 * other] === x && positions[3 * other + 1] === y && positions[3 * other + 2] === z) {
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
