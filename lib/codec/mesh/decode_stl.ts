import type { Mesh } from "./mesh.ts";
import { MeshBuilder } from "./mesh_builder.ts";
import { contentEnd, describeWord, numberOf, textLines } from "./text_lines.ts";
import { weldVertices } from "./weld.ts";

const HEADER_BYTES = 84;
const FACE_BYTES = 50;

/** The statements of a text file that may follow each statement, or (at "") begin the file. */
const FOLLOWERS: Readonly<Record<string, readonly string[]>> = {
  "": ["solid"],
  solid: ["facet", "endsolid"],
  facet: ["outer"],
  outer: ["vertex"],
  vertex: ["vertex", "endloop"],
  endloop: ["endfacet"],
  endfacet: ["facet", "endsolid"],
  endsolid: ["solid"],
};

/**
 * Decodes an STL file, text or binary. A binary file is recognised by its size, because some begin with "solid" like text files.
 * Corners at the same position become one vertex; stored normals are ignored.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is shorter or longer than its header says, a line is invalid, or there are no faces.
 */
export function decodeStl(bytes: Uint8Array, name = "mesh.stl"): Mesh {
  return weldVertices(isTextStl(bytes) ? decodeText(bytes, name) : decodeBinary(bytes, name));
}

/**
 * Whether a file has exactly the size of a binary STL with the number of faces in its header.
 *
 * @param bytes The whole file.
 */
export function isBinaryStl(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && bytes.length === HEADER_BYTES + FACE_BYTES * faceCount(bytes);
}

/**
 * Whether a file is an STL in text format.
 *
 * @param bytes The whole file.
 */
export function isTextStl(bytes: Uint8Array): boolean {
  const begin = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  // The header of a binary file may begin with "solid" too, but then bytes follow that do not occur in text.
  return !isBinaryStl(bytes) && /^\s*solid\b[\t\n\r\x20-\x7e\x80-\xff]*$/i.test(begin);
}

function faceCount(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(80, true);
}

function decodeBinary(bytes: Uint8Array, name: string): Mesh {
  if (bytes.length < HEADER_BYTES) {
    throw new Error(
      `${name}: expected an STL with a header of ${HEADER_BYTES} bytes, found ${bytes.length} bytes in total.`,
    );
  }
  const faces = faceCount(bytes);
  const expected = HEADER_BYTES + FACE_BYTES * faces;
  if (bytes.length < expected) {
    throw new Error(
      `${name}: the STL is cut off: its header says ${faces} faces, which take ${expected} bytes, but the file has ` +
        `${bytes.length}.`,
    );
  }
  if (contentEnd(bytes) > expected) {
    throw new Error(
      `${name}: expected the end of the STL after the ${faces} faces that its header says, found ${
        bytes.length - expected
      } more bytes.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const builder = new MeshBuilder(name);
  for (let i = 0; i < faces; i++) {
    const where = `face ${i + 1} at byte ${HEADER_BYTES + FACE_BYTES * i}`;
    for (let corner = 0; corner < 3; corner++) {
      const at = HEADER_BYTES + FACE_BYTES * i + 12 + 12 * corner;
      builder.vertex(view.getFloat32(at, true), view.getFloat32(at + 4, true), view.getFloat32(at + 8, true), where);
    }
    builder.face([3 * i, 3 * i + 1, 3 * i + 2], where);
  }
  return builder.finish();
}

function decodeText(bytes: Uint8Array, name: string): Mesh {
  const builder = new MeshBuilder(name);
  let corners: number[] = [];
  let last = "";
  for (const { number, words } of textLines(bytes, name)) {
    const where = `${name}, line ${number}`;
    const word = words[0].toLowerCase();
    switch (word) {
      case "vertex": {
        const [x, y, z] = [1, 2, 3].map((i) => numberOf(words[i], where));
        builder.vertex(x, y, z, `line ${number}`);
        corners.push(builder.vertices - 1);
        break;
      }
      case "endloop":
        if (corners.length < 3) {
          throw new Error(`${where}: expected 3 corners before endloop, found ${corners.length}.`);
        }
        builder.face(corners, `line ${number}`);
        corners = [];
        break;
      case "facet":
        if (words.length < 5) {
          throw new Error(`${where}: expected facet normal and three numbers, found ${words.length} words.`);
        }
        break;
      case "endsolid":
      case "solid":
      case "outer":
      case "endfacet":
        break;
      default:
        throw new Error(`${where}: expected an STL statement (facet, vertex, …), found ${describeWord(words[0])}.`);
    }
    if (!FOLLOWERS[last].includes(word)) {
      throw new Error(`${where}: expected ${FOLLOWERS[last].join(" or ")}, found ${describeWord(words[0])}.`);
    }
    last = word;
  }
  if (last !== "endsolid") throw new Error(`${name}: the STL is cut off: expected endsolid, found its end.`);
  return builder.finish();
}
