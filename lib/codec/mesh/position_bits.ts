/** A mesh farther from 0 than so many of its longest sides needs more than 32 bits. */
const FAR = 4;

/**
 * Positions in as many bits as they need: 32, but 64 for a mesh that lies so far from 0 that 32 would make one vertex of
 * several. Near 0, vertices of a mesh extracted at any resolution stay distinct in 32 bits.
 *
 * @param positions `[vertices, 3]`.
 */
export function fitPositions(
  positions: Float64Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    low[i % 3] = Math.min(low[i % 3], positions[i]);
    high[i % 3] = Math.max(high[i % 3], positions[i]);
  }
  const side = Math.max(...high.map((value, axis) => value - low[axis]));
  const distance = Math.max(...high, ...low.map((value) => -value));
  return distance > FAR * side ? positions : new Float32Array(positions);
}
