import type { Mesh } from "./mesh.ts";
import { MeshBuilder } from "./mesh_builder.ts";
import { describeWord, integerOf, numberOf, type TextLine, textLines } from "./text_lines.ts";

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
export function decodeOff(bytes: Uint8Array, name = "mesh.off"): Mesh {
  const lines = textLines(bytes, name);
  const next = (what: string): TextLine => {
    const { value, done } = lines.next();
    if (done) throw new Error(`${name}: the OFF file is cut off: expected ${what}, found its end.`);
    return value;
  };
  const [vertices, faces] = readCounts(next, name);
  const builder = new MeshBuilder(name);
  for (let i = 0; i < vertices; i++) {
    const { number, words } = next(`vertex ${i + 1} of ${vertices}`);
    const [x, y, z] = [0, 1, 2].map((axis) => numberOf(words[axis], `${name}, line ${number}`));
    builder.vertex(x, y, z, `line ${number}`);
  }
  for (let i = 0; i < faces; i++) {
    addFace(next(`face ${i + 1} of ${faces}`), builder, name);
  }
  const { value: more } = lines.next();
  if (more) {
    throw new Error(
      `${name}, line ${more.number}: expected the end of the OFF file after the ${faces} faces that its header says, ` +
        `found ${describeWord(more.words[0])}.`,
    );
  }
  return builder.finish();
}

/** Reads the keyword OFF and the numbers of vertices and faces. */
function readCounts(next: (what: string) => TextLine, name: string): number[] {
  const header = next("the word OFF");
  if (!WORD.test(header.words[0]) && !/^\d+$/.test(header.words[0])) {
    throw new Error(`${name}, line ${header.number}: expected OFF, found ${describeWord(header.words[0])}.`);
  }
  let counts: readonly string[] = [header.words[0].replace(WORD, ""), ...header.words.slice(1)].filter((word) =>
    word !== ""
  );
  if (counts[0]?.toUpperCase() === "BINARY") throw new Error(`${name}: binary OFF files are not supported, only text.`);
  let countsAt = header.number;
  // The counts may be in the same line as the keyword OFF.
  if (counts.length === 0) ({ words: counts, number: countsAt } = next("the numbers of vertices and faces"));
  return [0, 1].map((i) => {
    const count = integerOf(counts[i], `${name}, line ${countsAt}`);
    if (count < 0) throw new Error(`${name}, line ${countsAt}: expected a count from 0, found ${count}.`);
    return count;
  });
}

/** Adds the face that a line describes. */
function addFace({ number, words }: TextLine, builder: MeshBuilder, name: string): void {
  const where = `${name}, line ${number}`;
  const corners = integerOf(words[0], where);
  if (corners < 1) {
    throw new Error(
      `${where}: expected a face, which begins with the number of its corners, found ${describeWord(words[0])}.`,
    );
  }
  if (corners > words.length - 1) {
    throw new Error(`${where}: expected the ${corners} corners of a face, found ${words.length - 1}.`);
  }
  // In this format, a face of one corner is a point and one of two corners a line. A colour may follow the corners.
  if (corners > 2) builder.face(words.slice(1, corners + 1).map((word) => integerOf(word, where)), `line ${number}`);
}
