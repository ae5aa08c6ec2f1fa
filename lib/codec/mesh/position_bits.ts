/** A mesh needs more than 32 bits if its distance from the origin exceeds this many times its longest side. */
const FAR = 4;

/**
 * Converts positions to 32 bits, except if the mesh is so far from the origin that different vertices would become equal. Near the
 * origin, the vertices of a mesh that is extracted at any resolution stay distinct in 32 bits.
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
