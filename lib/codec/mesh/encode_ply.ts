import { checkIndices } from "./check_indices.ts";
import type { Mesh } from "./mesh.ts";

/**
 * Encodes a mesh as binary little-endian PLY. Positions have the mesh's precision, 32 or 64 bits.
 *
 * @returns The whole file; the same mesh gives the same bytes.
 * @throws {Error} If an array has the wrong type or length, or an index is out of range.
 */
export function encodePly(mesh: Mesh): Uint8Array {
  checkIndices(mesh, "encodePly");
  const { positions, indices } = mesh;
  const vertices = positions.length / 3;
  const faces = indices.length / 3;
  const [type, size] = positions instanceof Float64Array ? ["double", 8] : ["float", 4];
  const header = new TextEncoder().encode(
    "ply\nformat binary_little_endian 1.0\n" +
      `element vertex ${vertices}\nproperty ${type} x\nproperty ${type} y\nproperty ${type} z\n` +
      `element face ${faces}\nproperty list uchar int vertex_indices\nend_header\n`,
  );
  const bytes = new Uint8Array(header.length + vertices * 3 * size + faces * 13);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  let at = header.length;
  for (const value of positions) {
    if (size === 8) view.setFloat64(at, value, true);
    else view.setFloat32(at, value, true);
    at += size;
  }
  for (let i = 0; i < indices.length; i++) {
    if (i % 3 === 0) view.setUint8(at++, 3);
    view.setInt32(at, indices[i], true);
    at += 4;
  }
  return bytes;
}
