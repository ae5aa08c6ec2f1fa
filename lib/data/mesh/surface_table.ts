import { areaVector } from "./inspect.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";

/**
 * A table of a mesh's triangles for drawing them with probabilities in proportion to their areas, by the alias method (Walker 1977,
 * built as by Vose 1991): draw a face uniformly, keep it with its probability, otherwise take its alias.
 *
 * @returns `[faces, 12]`: corner a (3), the probability, corner b (3), the alias, corner c (3), 0.
 */
export function surfaceTable(mesh: Mesh): Float32Array<ArrayBuffer> {
  const { positions, indices } = mesh;
  const faces = indices.length / 3;
  const share = Float64Array.from({ length: faces }, (_, face) => Math.hypot(...areaVector(mesh, face)));
  const mean = share.reduce((sum, area) => sum + area, 0) / faces;
  const table = new Float32Array(12 * faces);
  const small: number[] = [];
  const large: number[] = [];
  for (let face = 0; face < faces; face++) {
    for (let k = 0; k < 3; k++) {
      const vertex = 3 * indices[3 * face + k];
      table.set(positions.subarray(vertex, vertex + 3), 12 * face + 4 * k);
    }
    share[face] /= mean;
    table[12 * face + 3] = 1;
    table[12 * face + 7] = face;
    (share[face] < 1 ? small : large).push(face);
  }
  while (small.length > 0 && large.length > 0) {
    const [less, more] = [small.pop()!, large.at(-1)!];
    table[12 * less + 3] = share[less];
    table[12 * less + 7] = more;
    share[more] -= 1 - share[less];
    if (share[more] < 1) small.push(large.pop()!);
  }
  return table;
}
