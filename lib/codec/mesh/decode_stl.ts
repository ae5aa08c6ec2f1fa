import { contentEnd } from "./content.ts";
import type { DecodedMesh } from "./mesh.ts";
import { MeshBuilder } from "./mesh_builder.ts";
import type { PassedOver } from "./passed_over.ts";
import { refuseVertex } from "./refuse_vertex.ts";
import { TextScanner } from "./text_scanner.ts";
import { weldVertices } from "./weld.ts";
import { describeName, describeWord } from "./words.ts";

const HEADER_BYTES = 84;
const FACE_BYTES = 50;

/** The number of faces that a header has before a program fills it in, besides 0. */
const UNKNOWN = 2 ** 32 - 1;

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
 * Corners at the same position become one vertex; stored normals are ignored. Passed over with a warning are a number of faces in the
 * header that is too small, bytes after the last face, and lines of a text that begin with an unknown word.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is shorter than its header says, a line is invalid, a position is not finite, or there are no faces.
 */
export function decodeStl(bytes: Uint8Array, name = "mesh.stl"): DecodedMesh {
  const mesh = isText(bytes) && !isBinaryStl(bytes) ? decodeText(bytes, name) : decodeBinary(bytes, name);
  return { ...weldVertices(mesh), warnings: mesh.warnings };
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
  // The header of a binary file may begin with "solid" too, but then bytes follow that do not occur in text.
  return !isBinaryStl(bytes) && isText(bytes) && /^\s*solid\b/i.test(beginOf(bytes));
}

function isText(bytes: Uint8Array): boolean {
  // DOS marks the end of a text with the character 26.
  // deno-lint-ignore no-control-regex
  return /^[\t\n\r\x20-\x7e\x80-\xff]*(\x1a[\0\s\x1a]*)?$/.test(beginOf(bytes));
}

function beginOf(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
}

function faceCount(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(80, true);
}

function decodeBinary(bytes: Uint8Array, name: string): DecodedMesh {
  const builder = new MeshBuilder(name, { describe: (place) => `byte ${place}`, isSingle: true });
  const faces = storedFaces(bytes, name, builder.passed);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const corners = [0, 0, 0];
  for (let i = 0; i < faces; i++) {
    const place = HEADER_BYTES + FACE_BYTES * i;
    for (let corner = 0; corner < 3; corner++) {
      const at = place + 12 + 12 * corner;
      builder.vertex(view.getFloat32(at, true), view.getFloat32(at + 4, true), view.getFloat32(at + 8, true), place);
      corners[corner] = 3 * i + corner;
    }
    builder.face(corners, place);
  }
  return builder.finish();
}

/**
 * The number of faces of a binary file. Some programs never fill it in, so where the header's is too small and whole faces follow, it
 * follows from the file's length. A header that asks for more faces shows that the file is cut off.
 */
function storedFaces(bytes: Uint8Array, name: string, passed: PassedOver): number {
  const space = bytes.length - HEADER_BYTES;
  if (space < 0) {
    throw new Error(
      `${name}: expected an STL with a header of ${HEADER_BYTES} bytes, found ${bytes.length} bytes in total.`,
    );
  }
  const said = faceCount(bytes);
  const isSet = said !== 0 && said !== UNKNOWN;
  if (isSet && FACE_BYTES * said > space) {
    throw new Error(
      `${name}: the STL is cut off: its header says ${said} faces, which take ${
        HEADER_BYTES + FACE_BYTES * said
      } bytes, ` +
        `but the file has ${bytes.length}.`,
    );
  }
  const content = contentEnd(bytes) - HEADER_BYTES;
  if (content <= (isSet ? FACE_BYTES * said : 0)) return isSet ? said : 0;
  const found = Math.ceil(content / FACE_BYTES);
  const isWhole = isSet ? space % FACE_BYTES === 0 : FACE_BYTES * found <= space;
  if (isWhole) {
    const count = said === UNKNOWN ? -1 : said;
    passed.add("the number of faces in the header of the STL", () => `${count}, while the file has ${found}`);
    return found;
  }
  if (!isSet) {
    throw new Error(
      `${name}: expected ${FACE_BYTES} bytes for each face after the ${HEADER_BYTES} of the header, found ${space} in total.`,
    );
  }
  const more = `${space - FACE_BYTES * said} bytes`;
  passed.add("bytes after the last face that the header of the STL says", () => more);
  return said;
}

function decodeText(bytes: Uint8Array, name: string): DecodedMesh {
  const scanner = () => new TextScanner(bytes, name);
  const lines = scanner();
  const builder = new MeshBuilder(name, {
    describe: (line) => `line ${line}`,
    refuseVertex: (line) => refuseVertex(scanner(), line, [1, 2, 3]),
  });
  const corners: number[] = [];
  let count = 0;
  let last = "";
  let unknown: Error | undefined;
  while (lines.next()) {
    const word = lines.word(0)!.toLowerCase();
    if (!Object.hasOwn(FOLLOWERS, word)) {
      const error = noStatement(lines);
      // A number or a character that no text has shows that a line is damaged.
      if (/^[-+.\d]|[^\x20-\x7e\xa0-\xff]/.test(word)) throw error;
      unknown ??= error;
      builder.passed.add(
        "lines with an unknown statement",
        () => `line ${lines.line} (${describeName(lines.word(0)!)})`,
      );
      continue;
    }
    if (word === "vertex") {
      builder.vertex(lines.coordinate(1), lines.coordinate(2), lines.coordinate(3), lines.line);
      corners[count++] = builder.vertices - 1;
    } else if (word === "endloop") {
      if (count < 3) throw new Error(`${lines.where}: expected 3 corners before endloop, found ${count}.`);
      builder.face(corners, lines.line, count);
      count = 0;
    } else if (word === "facet" && lines.count < 5) {
      throw new Error(`${lines.where}: expected facet normal and three numbers, found ${lines.count} words.`);
    }
    if (!FOLLOWERS[last].includes(word)) {
      throw new Error(
        `${lines.where}: expected ${FOLLOWERS[last].join(" or ")}, found ${describeWord(lines.word(0))}.`,
      );
    }
    last = word;
  }
  // A text without any vertex is of another kind.
  if (unknown && builder.vertices === 0) throw unknown;
  if (last !== "endsolid") throw new Error(`${name}: the STL is cut off: expected endsolid, found its end.`);
  return builder.finish();
}

function noStatement(lines: TextScanner): Error {
  return new Error(
    `${lines.where}: expected an STL statement (facet, vertex, …), found ${describeWord(lines.word(0))}.`,
  );
}
