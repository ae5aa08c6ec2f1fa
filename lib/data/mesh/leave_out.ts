import type { Mesh } from "../../codec/mesh/mesh.ts";

/** A mesh without the faces that satisfy a test; the others stay in order. If there are none, the mesh itself. */
export function leaveOut(mesh: Mesh, isOut: (face: number) => boolean): Mesh {
  const { positions, indices } = mesh;
  const faces = indices.length / 3;
  let first = 0;
  while (first < faces && !isOut(first)) first++;
  if (first === faces) return mesh;
  const left = indices.slice();
  let length = 3 * first;
  for (let face = first + 1; face < faces; face++) {
    if (isOut(face)) continue;
    left[length] = indices[3 * face];
    left[length + 1] = indices[3 * face + 1];
    left[length + 2] = indices[3 * face + 2];
    length += 3;
  }
  return { positions, indices: left.slice(0, length) };
}
