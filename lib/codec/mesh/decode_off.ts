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

/** What the header of a file says. */
interface OffHeader {
  /** The number of vertices. */
  readonly vertices: number;
  /** The number of faces. */
  readonly faces: number;
  /** The number of words of a vertex: its position, normal, colour and texture coordinates. */
  readonly words: number;
}

/**
 * Decodes an OFF file in text format, also with colours, normals or texture coordinates (COFF, NOFF, STOFF and combinations of them).
 * Polygons are triangulated. The keyword OFF may be joined to the counts, as in `OFF8 6 0`, or be missing. Each vertex and face has a line of
 * its own, or, where the number of lines shows that they have not, they follow each other anyhow. Passed over with a warning are faces of fewer than 3
 * corners, words that follow a vertex or a face and have no meaning, and vertices that are not finite and that no face uses.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is binary or of another dimension, shorter or longer than its header says, a line is invalid, or a
 * face refers to a vertex that does not exist.
 */
export function decodeOff(bytes: Uint8Array, name = "mesh.off"): DecodedMesh {
  const scanner = () => new TextScanner(bytes, name, { comments: true });
  const header = readHeader(scanner());
  const isPacked = isPackedText(scanner(), header);
  const builder = new MeshBuilder(name, {
    describe: (line) => `line ${line}`,
    refuseVertex: isPacked ? undefined : (line) => refuseVertex(scanner(), line, [0, 1, 2]),
  });
  const lines = scanner();
  readHeader(lines);
  if (isPacked) readWords(lines, header, builder);
  else readLines(lines, header, builder);
  if (lines.next()) throw surplus(lines, header, 0);
  return builder.finish();
}

/** Reads the keyword OFF and the numbers of vertices and faces. */
function readHeader(lines: TextScanner): OffHeader {
  next(lines, () => "the word OFF");
  const header = lines.word(0)!;
  const [keyword = ""] = WORD.exec(header) ?? [];
  if (keyword === "" && !/^\d+$/.test(header)) {
    throw new Error(`${lines.where}: expected OFF, found ${describeWord(header)}.`);
  }
  let counts = [header.slice(keyword.length), lines.word(1), lines.word(2)].filter((word) => word !== "");
  if (counts[0]?.toUpperCase() === "BINARY") {
    throw new Error(`${lines.name}: binary OFF files are not supported, only text.`);
  }
  // The counts may be in the same line as the keyword OFF.
  if (counts[0] === undefined) {
    next(lines, () => "the numbers of vertices and faces");
    counts = [lines.word(0), lines.word(1)];
  }
  const [vertices, faces] = [0, 1].map((i) => {
    const count = integerOf(counts[i], lines.where);
    if (count < 0) throw new Error(`${lines.where}: expected a count from 0, found ${count}.`);
    return count;
  });
  const has = (prefix: string) => keyword.slice(0, -3).toUpperCase().includes(prefix);
  return { vertices, faces, words: 3 + (has("N") ? 3 : 0) + (has("C") ? 4 : 0) + (has("ST") ? 2 : 0) };
}

/** Goes on to the next line, which must exist. */
function next(lines: TextScanner, what: () => string): void {
  if (lines.next()) return;
  throw new Error(`${lines.name}: the OFF file is cut off: expected ${what()}, found its end.`);
}

/** Whether vertices and faces do not have a line each: the first vertex has not, and there are too few or too many lines for the others. */
function isPackedText(lines: TextScanner, header: OffHeader): boolean {
  readHeader(lines);
  if (!lines.next()) return false;
  const [hasMore, hasLess] = [lines.count > header.words, lines.count < 3];
  const wanted = header.vertices + header.faces;
  let count = 1;
  while ((hasMore || hasLess) && count <= wanted && lines.next()) count++;
  return (hasMore && count < wanted) || (hasLess && count > wanted);
}

/** Reads vertices and faces that have a line each. */
function readLines(lines: TextScanner, { vertices, faces, words }: OffHeader, builder: MeshBuilder): void {
  const passOver = (what: string) => builder.passed.add(what, () => `line ${lines.line}`);
  for (let i = 0; i < vertices; i++) {
    next(lines, () => `vertex ${i + 1} of ${vertices}`);
    builder.vertex(lines.coordinate(0), lines.coordinate(1), lines.coordinate(2), lines.line);
    if (lines.count > words) passOver("words after a vertex that the header does not tell of");
  }
  const corners: number[] = [];
  for (let i = 0; i < faces; i++) {
    next(lines, () => `face ${i + 1} of ${faces}`);
    const count = cornersOf(lines, 0, lines.count);
    for (let k = 0; k < count; k++) corners[k] = lines.integer(k + 1);
    builder.face(corners, lines.line, count);
    // A colour may follow: its number in a table, or three or four parts.
    const rest = lines.count - 1 - count;
    if (rest > 4 || rest === 2) passOver("words after the corners of a face that are no colour");
  }
}

/** Reads vertices and faces that follow each other, however they are divided into lines. */
function readWords(lines: TextScanner, header: OffHeader, builder: MeshBuilder): void {
  let at = lines.count;
  const word = (what: () => string) => {
    if (at === lines.count) {
      next(lines, what);
      at = 0;
    }
    return at++;
  };
  for (let i = 0; i < header.vertices; i++) {
    const what = () => `vertex ${i + 1} of ${header.vertices}`;
    const [x, y, z] = [0, 1, 2].map(() => lines.coordinate(word(what)));
    builder.vertex(x, y, z, lines.line);
    for (let k = 3; k < header.words; k++) word(what);
  }
  const corners: number[] = [];
  for (let i = 0; i < header.faces; i++) {
    const what = () => `face ${i + 1} of ${header.faces}`;
    const count = cornersOf(lines, word(what), Infinity);
    for (let k = 0; k < count; k++) corners[k] = lines.integer(word(what));
    builder.face(corners, lines.line, count);
  }
  if (at < lines.count) throw surplus(lines, header, at);
}

/** The number of corners of a face. In this format, a face of one corner is a point and one of two corners a line. */
function cornersOf(lines: TextScanner, i: number, words: number): number {
  const count = lines.integer(i);
  if (count < 0 || (count === 0 && words > 1)) {
    throw new Error(
      `${lines.where}: expected a face, which begins with the number of its corners, found ${
        describeWord(lines.word(i))
      }.`,
    );
  }
  if (count <= words - 1) return count;
  throw new Error(`${lines.where}: expected the ${count} corners of a face, found ${words - 1}.`);
}

function surplus(lines: TextScanner, { faces }: OffHeader, at: number): Error {
  return new Error(
    `${lines.where}: expected the end of the OFF file after the ${faces} faces that its header says, ` +
      `found ${describeWord(lines.word(at))}.`,
  );
}
