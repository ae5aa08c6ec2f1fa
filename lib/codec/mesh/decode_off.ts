import type { DecodedMesh } from "./mesh.ts";
import { MeshBuilder } from "./mesh_builder.ts";
import { refuseVertex } from "./refuse_vertex.ts";
import { TextScanner } from "./text_scanner.ts";
import { describeWord, integerOf } from "./words.ts";

/** The keyword OFF, with prefixes for what vertices have besides positions, in any order. */
const WORD = /^(?:ST|C|N)*OFF(?![a-z])/i;

/**
 * Whether a text begins like an OFF file, possibly after comments.
 *
 * @param begin The beginning of the text, without a byte order mark.
 */
export function isOff(begin: string): boolean {
  return WORD.test(begin.replace(/^\s*(?:#[^\n\r]*[\n\r]+\s*)*/, ""));
}

/**
 * Decodes an OFF file in text format, also with colours, normals or texture coordinates (COFF, NOFF, STOFF and combinations of them).
 * Polygons are triangulated. The keyword OFF may be joined to the counts, as in `OFF8 6 0`, or be missing.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is binary or of another dimension, shorter or longer than its header says, a line is invalid, or a
 * face refers to a vertex that does not exist.
 */
export function decodeOff(bytes: Uint8Array, name = "mesh.off"): DecodedMesh {
  const scanner = () => new TextScanner(bytes, name, { comments: true });
  const lines = scanner();
  const next = (what: () => string) => {
    if (!lines.next()) throw new Error(`${name}: the OFF file is cut off: expected ${what()}, found its end.`);
  };
  const [vertices, faces] = readCounts(lines, next);
  const builder = new MeshBuilder(name, {
    describe: (line) => `line ${line}`,
    refuseVertex: (line) => refuseVertex(scanner(), line, [0, 1, 2]),
  });
  for (let i = 0; i < vertices; i++) {
    next(() => `vertex ${i + 1} of ${vertices}`);
    builder.vertex(lines.coordinate(0), lines.coordinate(1), lines.coordinate(2), lines.line);
  }
  const corners: number[] = [];
  for (let i = 0; i < faces; i++) {
    next(() => `face ${i + 1} of ${faces}`);
    addFace(lines, builder, corners);
  }
  if (lines.next()) {
    throw new Error(
      `${lines.where}: expected the end of the OFF file after the ${faces} faces that its header says, ` +
        `found ${describeWord(lines.word(0))}.`,
    );
  }
  return builder.finish();
}

/** Reads the keyword OFF and the numbers of vertices and faces. */
function readCounts(lines: TextScanner, next: (what: () => string) => void): number[] {
  next(() => "the word OFF");
  const header = lines.word(0)!;
  if (!WORD.test(header) && !/^\d+$/.test(header)) {
    throw new Error(`${lines.where}: expected OFF, found ${describeWord(header)}.`);
  }
  let counts = [header.replace(WORD, ""), lines.word(1), lines.word(2)].filter((word) => word !== "");
  if (counts[0]?.toUpperCase() === "BINARY") {
    throw new Error(`${lines.name}: binary OFF files are not supported, only text.`);
  }
  // The counts may be in the same line as the keyword OFF.
  if (counts[0] === undefined) {
    next(() => "the numbers of vertices and faces");
    counts = [lines.word(0), lines.word(1)];
  }
  return [0, 1].map((i) => {
    const count = integerOf(counts[i], lines.where);
    if (count < 0) throw new Error(`${lines.where}: expected a count from 0, found ${count}.`);
    return count;
  });
}

/** Adds the face that the current line describes. */
function addFace(lines: TextScanner, builder: MeshBuilder, corners: number[]): void {
  const count = lines.integer(0);
  if (count < 1) {
    throw new Error(
      `${lines.where}: expected a face, which begins with the number of its corners, found ${
        describeWord(lines.word(0))
      }.`,
    );
  }
  if (count > lines.count - 1) {
    throw new Error(`${lines.where}: expected the ${count} corners of a face, found ${lines.count - 1}.`);
  }
  // In this format, a face of one corner is a point and one of two corners a line. A colour may follow the corners.
  if (count < 3) return;
  for (let i = 0; i < count; i++) corners[i] = lines.integer(i + 1);
  builder.face(corners, lines.line, count);
}
