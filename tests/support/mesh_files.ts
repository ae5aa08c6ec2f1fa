import type { Mesh } from "../../lib/codec/mod.ts";

/** A text of lines. */
export const text = (...lines: string[]) => new TextEncoder().encode(lines.join("\n") + "\n");

/** Bytes packed as one member. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Each face's corners as positions, so that meshes with other vertex orders compare. */
export function corners({ positions, indices }: Mesh): number[] {
  return Array.from(indices).flatMap((vertex) => [...positions.subarray(3 * vertex, 3 * vertex + 3)]);
}

/** A binary STL of a mesh. */
export function binaryStl(mesh: Mesh, header = "solid but binary"): Uint8Array {
  const faces = mesh.indices.length / 3;
  const bytes = new Uint8Array(84 + 50 * faces);
  bytes.set(new TextEncoder().encode(header));
  const view = new DataView(bytes.buffer);
  view.setUint32(80, faces, true);
  corners(mesh).forEach((value, i) => view.setFloat32(84 + 50 * Math.floor(i / 9) + 12 + 4 * (i % 9), value, true));
  return bytes;
}

/** A PLY with doubles, colours, a list that is not wanted and an element before the vertices. */
export function richPly(mesh: Mesh, format: "ascii" | "binary_little_endian" | "binary_big_endian"): Uint8Array {
  const vertices = mesh.positions.length / 3;
  const faces = mesh.indices.length / 3;
  const header = `ply\r\nformat ${format} 1.0\r\ncomment made by hand\r\nelement camera 1\r\nproperty short id\r\n` +
    `element vertex ${vertices}\r\nproperty uchar red\r\nproperty double x\r\nproperty double y\r\nproperty double z\r\n` +
    `element face ${faces}\r\nproperty list ushort float weights\r\nproperty list uchar uint vertex_index\r\nend_header\r\n`;
  const rows: [string, number][][] = [[["Int16", 7]]];
  for (let i = 0; i < vertices; i++) {
    rows.push([
      ["Uint8", 9],
      ...[...mesh.positions.subarray(3 * i, 3 * i + 3)].map((v): [string, number] => ["Float64", v]),
    ]);
  }
  for (let i = 0; i < faces; i++) {
    const face = [...mesh.indices.subarray(3 * i, 3 * i + 3)].map((v): [string, number] => ["Uint32", v]);
    rows.push([["Uint16", 2], ["Float32", 0.5], ["Float32", 1], ["Uint8", 3], ...face]);
  }
  if (format === "ascii") {
    return new TextEncoder().encode(header + rows.map((row) => row.map(([, v]) => v).join(" ")).join("\r\n"));
  }
  const sizes: Record<string, number> = { Int16: 2, Uint8: 1, Uint16: 2, Float32: 4, Uint32: 4, Float64: 8 };
  const flat = rows.flat();
  const bytes = new Uint8Array(header.length + flat.reduce((sum, [type]) => sum + sizes[type], 0));
  bytes.set(new TextEncoder().encode(header));
  const view = new DataView(bytes.buffer);
  let at = header.length;
  for (const [type, value] of flat) {
    const set = `set${type}` as "setFloat64";
    view[set](at, value, format === "binary_little_endian");
    at += sizes[type];
  }
  return bytes;
}

/** A text PLY of four vertices and three faces. */
export const tetrahedron = [
  ...["ply", "format ascii 1.0", "element vertex 4", "property float x", "property float y", "property float z"],
  ...["element face 3", "property list uchar int vertex_indices", "end_header"],
  ...["0 0 0", "1 0 0", "0 1 0", "0 0 1", "3 0 1 2", "3 0 3 1", "3 0 2 3"],
];
