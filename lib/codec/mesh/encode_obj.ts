import { checkIndices } from "./check_indices.ts";
import type { Mesh } from "./mesh.ts";
import { joinBytes } from "../join_bytes.ts";

/** The number of lines that are joined at a time, so that a large mesh does not become one huge string. */
const LINES = 4096;

/**
 * Encodes a mesh as Wavefront OBJ, with enough digits to restore the positions exactly.
 *
 * @returns The whole file; the same mesh gives the same bytes.
 * @throws {Error} If an array has the wrong type or length, or an index is out of range.
 */
export function encodeObj(mesh: Mesh): Uint8Array {
  checkIndices(mesh, "encodeObj");
  const { positions, indices } = mesh;
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let lines: string[] = [];
  const digits = positions instanceof Float64Array ? 17 : 9;
  const add = (line: string) => {
    lines.push(line);
    if (lines.length === LINES) flush();
  };
  const flush = () => {
    parts.push(encoder.encode(lines.join("")));
    lines = [];
  };
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, z] = [0, 1, 2].map((axis) => Number(positions[i + axis].toPrecision(digits)));
    add(`v ${x} ${y} ${z}\n`);
  }
  for (let i = 0; i < indices.length; i += 3) add(`f ${indices[i] + 1} ${indices[i + 1] + 1} ${indices[i + 2] + 1}\n`);
  flush();
  return joinBytes(parts);
}
