import type { Mesh } from "../../codec/mesh/mesh.ts";

/** A mesh without the faces that satisfy a test; the others stay in order. If there are none, the mesh itself. */
export function leaveOut(mesh: Mesh, isOut: (face: number) => boolean): Mesh {
  return leaveOutMarked(mesh, markFaces(mesh, isOut));
}

/** Marks the faces that satisfy a test: `[faces]`, 1 for those that do. */
export function markFaces({ indices }: Mesh, test: (face: number) => boolean): Uint8Array {
  const marks = new Uint8Array(indices.length / 3);
  for (let face = 0; face < marks.length; face++) if (test(face)) marks[face] = 1;
  return marks;
}

/** A mesh without the faces that are marked with 1; the others stay in order. If there are none, the mesh itself. */
export function leaveOutMarked(mesh: Mesh, marks: Uint8Array): Mesh {
  let kept = 0;
  for (let face = 0; face < marks.length; face++) kept += 1 - marks[face];
  if (kept === marks.length) return mesh;
  const left = new Uint32Array(3 * kept);
  for (let face = 0, length = 0; face < marks.length; face++) {
    if (marks[face] === 1) continue;
    left[length++] = mesh.indices[3 * face];
    left[length++] = mesh.indices[3 * face + 1];
    left[length++] = mesh.indices[3 * face + 2];
  }
  return { positions: mesh.positions, indices: left };
}
