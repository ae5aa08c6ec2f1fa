/**
 * The header of a PLY file. It is read first, so that a file that is shorter than its header says gives an error at once.
 *
 * @module
 */
import type { PassedOver } from "./passed_over.ts";
import { describeName, describeWord, integerOf } from "./words.ts";

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

/** A number type of PLY. */
export type PlyType = "int8" | "uint8" | "int16" | "uint16" | "int32" | "uint32" | "float32" | "float64";

/** The size of each type in bytes. */
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

/** The smallest and largest number of each type that holds whole numbers only. */
export const PLY_TYPE_RANGE: Readonly<Partial<Record<PlyType, readonly [number, number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
};

/** One property of an element. */
interface PlyProperty {
  /** The property's name in the file. */
  readonly name: string;
  /** The type of the number, or of the entries of a list. */
  readonly type: PlyType;
  /** The type of the length of a list; undefined for a single number. */
  readonly count?: PlyType;
}

/** One kind of element in the file. */
export interface PlyElement {
  /** The element's name: `vertex`, `face` or another. */
  readonly name: string;
  /** The number of such elements according to the header. */
  readonly count: number;
  /** The properties in the order in which they are stored. */
  readonly properties: PlyProperty[];
}

/** The content of the header. */
export interface PlyHeader {
  /** The format in which numbers are stored. */
  readonly format: "ascii" | "binary_little_endian" | "binary_big_endian";
  /** The kinds of elements in the order in which they are stored. */
  readonly elements: readonly PlyElement[];
  /** The position of the first element in bytes. */
  readonly end: number;
  /** The number of lines of the header. */
  readonly lines: number;
}

/** The properties that hold a vertex's position. */
export const PLY_POSITION: readonly string[] = ["x", "y", "z"];

/** The names of the property that holds a face's corners. */
export const PLY_CORNERS: readonly string[] = ["vertex_indices", "vertex_index"];

/** The most bytes of a header. */
const LONGEST_HEADER = 2 ** 16;

/**
 * Reads the header and checks that the file is long enough for it.
 *
 * @param bytes The whole file, which begins with `ply`.
 * @param name The name of the file in error messages.
 * @param passed Counts the lines that begin with an unknown word, which are passed over.
 * @throws {Error} If the header is invalid, or the file is shorter than it says.
 */
export function readPlyHeader(bytes: Uint8Array, name: string, passed: PassedOver): PlyHeader {
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
        if (format !== undefined) throw new Error(`${where}: expected one format line, found another one.`);
        format = words[1];
        break;
      case "element": {
        const count = integerOf(words[2], where);
        if (count < 0) throw new Error(`${where}: expected a count from 0, found ${count}.`);
        elements.push({ name: words[1] ?? "", count, properties: [] });
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
        passed.add("unknown lines of the PLY header", () => `line ${i + 1} (${describeWord(words[0])})`);
    }
  }
  if (format === undefined) throw new Error(`${name}: the PLY header has no format line.`);
  checkNames(elements, name);
  checkCounts(elements, format, bytes.length - end, name);
  return { format, elements, end, lines: lines.length };
}

/** Checks that vertices, faces, their positions and their corners are there once, because it could not be told which of two count. */
function checkNames(elements: readonly PlyElement[], name: string): void {
  for (const element of ["vertex", "face"]) {
    const found = elements.filter((each) => each.name === element);
    if (found.length > 1) {
      throw new Error(`${name}: expected one element ${element} in the PLY header, found ${found.length}.`);
    }
    const wanted = element === "vertex" ? PLY_POSITION.map((axis) => [axis]) : [PLY_CORNERS];
    for (const names of wanted) {
      const same = found.flatMap(({ properties }) => properties).filter((property) => names.includes(property.name));
      if (same.length > 1) {
        const both = same.map((property) => property.name).join(" and ");
        throw new Error(`${name}: expected one property ${names[0]} of the element ${element}, found ${both}.`);
      }
    }
  }
}

function typeOf(word: string | undefined, where: string): PlyType {
  const type = Object.hasOwn(TYPES, word ?? "") ? TYPES[word!] : undefined;
  if (type === undefined) throw new Error(`${where}: expected a PLY number type, found ${describeWord(word)}.`);
  return type;
}

/**
 * Checks that the file is long enough for its elements. Even an empty list takes the bytes of its length, and a number in text
 * takes at least a digit and a separator.
 */
function checkCounts(elements: readonly PlyElement[], format: PlyHeader["format"], left: number, name: string): void {
  let least = 0;
  for (const { name: element, count, properties } of elements) {
    const each = properties.reduce((sum, property) => {
      return sum + (format === "ascii" ? 2 : PLY_TYPE_BYTES[property.count ?? property.type]);
    }, 0);
    // The last number of a text file need not be followed by a separator.
    least += count * each - (format === "ascii" ? 1 : 0);
    if (count > 0 && least > left) {
      throw new Error(
        `${name}: the PLY is cut off: its header says ${count} of element ${
          describeName(element)
        }, which take at least ${least} ` +
          `bytes, but only ${left} follow.`,
      );
    }
  }
}
