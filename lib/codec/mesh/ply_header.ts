/**
 * The header of a PLY file, read before anything else, so that a file that claims more than it holds is refused at once.
 *
 * @module
 */
import { describeWord, integerOf } from "./text_lines.ts";

/** The number types of PLY, in both spellings. */
const TYPES: Readonly<Record<string, PlyType | undefined>> = {
  char: "int8",
  uchar: "uint8",
  short: "int16",
  ushort: "uint16",
  int: "int32",
  uint: "uint32",
  float: "float32",
  double: "float64",
  int8: "int8",
  uint8: "uint8",
  int16: "int16",
  uint16: "uint16",
  int32: "int32",
  uint32: "uint32",
  float32: "float32",
  float64: "float64",
};

/** How a number is stored in a binary PLY. */
export type PlyType = "int8" | "uint8" | "int16" | "uint16" | "int32" | "uint32" | "float32" | "float64";

/** Bytes of each type. */
export const PLY_TYPE_BYTES: Readonly<Record<PlyType, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  float64: 8,
};

/** One property of an element. */
export interface PlyProperty {
  /** As the file calls it. */
  readonly name: string;
  /** Type of the number, or of the numbers of a list. */
  readonly type: PlyType;
  /** Type of the count before a list; undefined for a single number. */
  readonly count?: PlyType;
}

/** One kind of thing in the file. */
export interface PlyElement {
  /** `vertex`, `face`, or anything else. */
  readonly name: string;
  /** How many the header says. */
  readonly count: number;
  /** In the order stored. */
  readonly properties: PlyProperty[];
}

/** What the header says. */
export interface PlyHeader {
  /** How the numbers are stored. */
  readonly format: "ascii" | "binary_little_endian" | "binary_big_endian";
  /** In the order stored. */
  readonly elements: readonly PlyElement[];
  /** Where the first element begins. */
  readonly end: number;
  /** Lines of the header. */
  readonly lines: number;
}

/** A header is longer only in a file that is none. */
const LONGEST_HEADER = 2 ** 16;

/**
 * Reads the header and checks that the file can hold what it says.
 *
 * @param bytes The whole file, which begins with `ply`.
 * @param name How errors call the file.
 * @throws {Error} If it cannot be read, or says more than there are bytes for.
 */
export function readPlyHeader(bytes: Uint8Array, name: string): PlyHeader {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, LONGEST_HEADER));
  const match = /(?:^|[\n\r])end_header[ \t]*(\r\n|\n|\r)/.exec(text);
  if (match === null) throw new Error(`${name}: the PLY header has no end_header line.`);
  const end = match.index + match[0].length;
  const lines = text.slice(0, end).trimEnd().split(/\r\n|\n|\r/);
  let format: PlyHeader["format"] | undefined;
  const elements: PlyElement[] = [];
  for (const [i, line] of lines.entries()) {
    const where = `${name}, line ${i + 1}`;
    const words = line.trim().split(/[ \t]+/);
    switch (words[0]) {
      case "format":
        if (words[1] !== "ascii" && words[1] !== "binary_little_endian" && words[1] !== "binary_big_endian") {
          throw new Error(
            `${where}: expected ascii, binary_little_endian or binary_big_endian, found ${describeWord(words[1])}.`,
          );
        }
        format = words[1];
        break;
      case "element": {
        const count = integerOf(words[2], where);
        if (count < 0) throw new Error(`${where}: expected a count from 0, found ${count}.`);
        elements.push({ name: words[1], count, properties: [] });
        break;
      }
      case "property": {
        if (elements.length === 0) throw new Error(`${where}: expected an element before the first property.`);
        const list = words[1] === "list";
        const property = list
          ? { count: typeOf(words[2], where), type: typeOf(words[3], where), name: words[4] ?? "" }
          : { type: typeOf(words[1], where), name: words[2] ?? "" };
        if (property.count?.startsWith("float")) throw new Error(`${where}: a list's count cannot be ${words[2]}.`);
        elements.at(-1)!.properties.push(property);
        break;
      }
      case "ply":
      case "comment":
      case "obj_info":
      case "end_header":
      case "":
        break;
      default:
        throw new Error(`${where}: expected a line of a PLY header, found ${describeWord(words[0])}.`);
    }
  }
  if (format === undefined) throw new Error(`${name}: the PLY header has no format line.`);
  checkCounts(elements, format, bytes.length - end, name);
  return { format, elements, end, lines: lines.length };
}

function typeOf(word: string | undefined, where: string): PlyType {
  const type = Object.hasOwn(TYPES, word ?? "") ? TYPES[word!] : undefined;
  if (type === undefined) throw new Error(`${where}: expected a PLY number type, found ${describeWord(word)}.`);
  return type;
}

/** An empty list still takes its count's bytes, and a number in text a digit and what parts it from the next. */
function checkCounts(elements: readonly PlyElement[], format: PlyHeader["format"], left: number, name: string): void {
  let least = 0;
  for (const { name: element, count, properties } of elements) {
    const each = properties.reduce((sum, property) => {
      return sum + (format === "ascii" ? 2 : PLY_TYPE_BYTES[property.count ?? property.type]);
    }, 0);
    // A file without a line end after its last number is one byte short.
    least += count * each - (format === "ascii" ? 1 : 0);
    if (count > 0 && least > left) {
      throw new Error(
        `${name}: the PLY is cut off: its header says ${count} of element ${element}, which take at least ${least} ` +
          `bytes, but only ${left} follow.`,
      );
    }
  }
}
