import { checkOptions } from "../../hyperparameter/members.ts";
import { checkIndices } from "./check_indices.ts";
import type { Mesh } from "./mesh.ts";

/**
 * Encodes a mesh as binary little-endian PLY. Positions have the mesh's precision, 32 or 64 bits.
 *
 * @param options.colours `[vertices, 3]`: RGB of the vertices, from 0 to 255; without them the file has no colours.
 * @returns The whole file; the same mesh gives the same bytes.
 * @throws {Error} If an array has the wrong type or length, or an index is out of range.
 */
export function encodePly(mesh: Mesh, options: { readonly colours?: Uint8Array } = {}): Uint8Array {
  checkOptions("encodePly", options, { colours: true });
  checkIndices(mesh, "encodePly");
  const { positions, indices } = mesh;
  const faces = indices.length / 3;
  const elements = `element face ${faces}\nproperty list uchar int vertex_indices\n`;
  const { bytes, end } = withVertices("encodePly", { positions, colours: options.colours, elements, more: faces * 13 });
  const view = new DataView(bytes.buffer);
  let at = end;
  for (let i = 0; i < indices.length; i++) {
    if (i % 3 === 0) view.setUint8(at++, 3);
    view.setInt32(at, indices[i], true);
    at += 4;
  }
  return bytes;
}

/**
 * Encodes coloured points as binary little-endian PLY.
 *
 * @param positions `[points, 3]`: x, y, z, in 32 or 64 bits.
 * @param colours `[points, 3]`: RGB, from 0 to 255.
 * @returns The whole file; the same points give the same bytes.
 * @throws {Error} If an array has the wrong length.
 */
export function encodePlyPoints(positions: Mesh["positions"], colours: Uint8Array): Uint8Array {
  if (positions.length % 3 !== 0) {
    throw new Error(`encodePlyPoints: expected 3 coordinates for each point, found ${positions.length} numbers.`);
  }
  return withVertices("encodePlyPoints", { positions, colours, elements: "", more: 0 }).bytes;
}

interface Vertices {
  readonly positions: Mesh["positions"];
  readonly colours?: Uint8Array;
  /** The part of the header about what follows the vertices. */
  readonly elements: string;
  /** The bytes that follow the vertices. */
  readonly more: number;
}

/** A file with its header and vertices, and where the bytes end that are written. */
function withVertices(where: string, { positions, colours, elements, more }: Vertices) {
  if (colours !== undefined && colours.length !== positions.length) {
    throw new Error(`${where}: expected ${positions.length} numbers of colours, 3 a vertex, found ${colours.length}.`);
  }
  const vertices = positions.length / 3;
  const [type, size] = positions instanceof Float64Array ? ["double", 8] : ["float", 4];
  const header = new TextEncoder().encode(
    "ply\nformat binary_little_endian 1.0\n" +
      `element vertex ${vertices}\nproperty ${type} x\nproperty ${type} y\nproperty ${type} z\n` +
      (colours === undefined ? "" : "property uchar red\nproperty uchar green\nproperty uchar blue\n") +
      `${elements}end_header\n`,
  );
  const stride = 3 * size + (colours === undefined ? 0 : 3);
  const end = header.length + vertices * stride;
  const bytes = new Uint8Array(end + more);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < positions.length; i++) {
    const at = header.length + Math.floor(i / 3) * stride + (i % 3) * size;
    if (size === 8) view.setFloat64(at, positions[i], true);
    else view.setFloat32(at, positions[i], true);
  }
  colours?.forEach((value, i) => bytes[header.length + Math.floor(i / 3) * stride + 3 * size + i % 3] = value);
  return { bytes, end };
}
