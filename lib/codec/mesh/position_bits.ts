/** A mesh needs more than 32 bits if its distance from the origin exceeds this many times its longest side. */
const FAR = 4;

/** The smallest number that 32 bits represent with their full precision. A mesh whose longest side is shorter needs more of them. */
const SMALLEST = 2 ** -126;

/**
 * Converts positions to 32 bits, except if the mesh is so far from the origin or so small that different vertices would become equal. Near the
 * origin, the vertices of a mesh that is extracted at any resolution stay distinct in 32 bits.
 *
 * @param positions `[vertices, 3]`.
 * @param indices The vertices that faces use; the others do not count.
 */
export function fitPositions(
  positions: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
  indices: Uint32Array,
): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
  let [side, distance] = [0, 0];
  for (let axis = 0; axis < 3; axis++) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < indices.length; i++) {
      const value = positions[3 * indices[i] + axis];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    side = Math.max(side, high - low);
    distance = Math.max(distance, high, -low);
  }
  const isPrecise = distance <= FAR * side && side >= SMALLEST;
  if (isPrecise) return positions instanceof Float32Array ? positions : new Float32Array(positions);
  return positions instanceof Float64Array ? positions : new Float64Array(positions);
}
