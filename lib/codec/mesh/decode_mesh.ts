import { describeFileKind, describeFound, isUnknownKind } from "../file_kind.ts";
import { gunzip } from "../gunzip.ts";
import { textEnd, withoutMark } from "./content.ts";
import type { DecodedMesh } from "./mesh.ts";
import { decodeObj } from "./decode_obj.ts";
import { decodeOff, isOff } from "./decode_off.ts";
import { decodePly } from "./decode_ply.ts";
import { decodeStl, isBinaryStl, isTextStl } from "./decode_stl.ts";

/** The number of bytes in which a text file must show its format, possibly after comments. */
const BEGIN = 2 ** 16;

/**
 * Decodes a mesh file: OBJ, PLY (text or binary), STL (text or binary) or OFF, each of them also gzipped. The format is recognised by
 * the content, or by the extension of the name if the content does not tell.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @returns The triangles of the file, not scaled and with nothing removed, and warnings of what was passed over. Vertices that no face uses are kept
 * unless there are more than a million and eight times as many as corners of triangles.
 * @throws {Error} If the file is of another format, damaged or truncated, a position is not finite, a face refers to a vertex that does
 * not exist, or there are no faces. The message is one sentence that names the line or byte.
 *
 * @example
 * ```ts
 * import { decodeMesh } from "./decode_mesh.ts";
 *
 * const text = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n";
 * const mesh = await decodeMesh(new TextEncoder().encode(text), "triangle.obj");
 * console.log(mesh.indices.length / 3); // 1
 * ```
 */
export async function decodeMesh(bytes: Uint8Array, name = "mesh"): Promise<DecodedMesh> {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`${name}: expected the file's bytes as a Uint8Array, found ${typeof bytes}.`);
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    let surplus = 0;
    const unpacked = await gunzip(bytes, name, undefined, (bytes) => surplus = bytes);
    if (unpacked[0] === 0x1f && unpacked[1] === 0x8b) {
      throw new Error(`${name}: expected a mesh in the gzip file, found another gzip file.`);
    }
    const mesh = decode(unpacked, name, name.replace(/\.gz$/i, ""));
    const warning = `${name}: passed over bytes after the end of the gzip file: ${surplus} bytes.`;
    return surplus === 0 ? mesh : { ...mesh, warnings: [warning, ...mesh.warnings] };
  }
  return decode(bytes, name, name);
}

function decode(bytes: Uint8Array, name: string, plainName: string): DecodedMesh {
  // A binary STL is recognised by its size, because its header may begin with anything.
  if (isBinaryStl(bytes)) return decodeStl(bytes, name);
  const begin = new TextDecoder("latin1").decode(withoutMark(bytes.subarray(0, textEnd(bytes))).subarray(0, BEGIN));
  const ending = /\.(\w+)$/.exec(plainName)?.[1].toLowerCase();
  if (/^ply[ \t]*[\n\r]/.test(begin)) return decodePly(bytes, name);
  // What its header begins with does not matter either where its size is wrong.
  if (ending === "stl" && /^[^\n\r]*\0/.test(begin)) return decodeStl(bytes, name);
  if (isOff(begin)) return decodeOff(bytes, name);
  if (isTextStl(bytes)) return decodeStl(bytes, name);
  const known = !isUnknownKind(describeFileKind(bytes, plainName));
  if (!known && ending === "stl") return decodeStl(bytes, name);
  if (!known && ending === "off") return decodeOff(bytes, name);
  if (!known && !begin.includes("\0") && (ending === "obj" || /^[ \t]*(v|f|o|g|mtllib)[ \t]/m.test(begin))) {
    return decodeObj(bytes, name);
  }
  const found = describeFound(bytes, plainName, "a mesh", "PLY or OBJ");
  throw new Error(`${name}: expected a mesh (OBJ, PLY, STL or OFF), found ${found}.`);
}
