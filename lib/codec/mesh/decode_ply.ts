import { contentEnd } from "./content.ts";
import type { DecodedMesh } from "./mesh.ts";
import { MeshBuilder } from "./mesh_builder.ts";
import { PassedOver } from "./passed_over.ts";
import {
  PLY_CORNERS,
  PLY_POSITION,
  PLY_TYPE_BYTES,
  PLY_TYPE_RANGE,
  type PlyElement,
  type PlyHeader,
  type PlyType,
  readPlyHeader,
} from "./ply_header.ts";
import { refuseVertex } from "./refuse_vertex.ts";
import { TextScanner } from "./text_scanner.ts";
import { describeName, describeWord } from "./words.ts";

/** The number types that 32-bit numbers represent exactly. */
const SINGLE: ReadonlySet<PlyType> = new Set(["int8", "uint8", "int16", "uint16", "float32"] as const);

/** Reads the numbers of the elements one by one. */
interface PlyReader {
  /** The current position: a line or a byte. */
  readonly place: number;
  /** Must be called before each element with its name, its number from 0 and how many there are. */
  begin(element: string, i: number, count: number): void;
  /** The next number. It need not be finite, and in a text it may be one that its type does not have. */
  number(type: PlyType): number;
  /** The next number, which is of its type. */
  exact(type: PlyType): number;
  /** Passes over numbers. */
  skip(type: PlyType, count: number): void;
  /** Must be called after each element. */
  end(): void;
  /** Must be called after the last element. Throws if more data follow. */
  finish(): void;
}

/**
 * Decodes a PLY file: text, or binary in either byte order. Positions may be of any number type, and polygons are triangulated. All
 * other properties and elements are ignored. Passed over with a warning are: header lines that begin with an unknown word, comments after the header, faces of
 * fewer than 3 corners, and vertices that are not finite and that no face uses.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file contains less or more than its header says, a number is invalid, a face refers to
 * a vertex that does not exist, or the file has no vertices with x, y and z or no faces.
 */
export function decodePly(bytes: Uint8Array, name = "mesh.ply"): DecodedMesh {
  const passed = new PassedOver();
  const header = readPlyHeader(bytes, name, passed);
  const { elements } = header;
  const isText = header.format === "ascii";
  const scanner = () => new TextScanner(bytes.subarray(header.end), name, { linesBefore: header.lines });
  const reader = isText ? textReader(scanner(), passed) : binaryReader(bytes, header, name);
  if (elements.some(({ name }) => name === "tristrips") && !elements.some(({ name }) => name === "face")) {
    throw new Error(`${name}: expected the element face, found triangle strips (tristrips), which are not supported.`);
  }
  const stored = elements.find(({ name }) => name === "vertex")?.properties ?? [];
  const position = PLY_POSITION.map((axis) => stored.findIndex(({ name }) => name === axis));
  const builder = new MeshBuilder(name, {
    describe: (place) => `${isText ? "line" : "byte"} ${place}`,
    refuseVertex: isText ? (line) => refuseVertex(scanner(), line, position) : undefined,
    isSingle: !isText && position.every((i) => SINGLE.has(stored[i]?.type)),
  }, passed);
  const used = elements.findLastIndex(({ name }) => name === "vertex" || name === "face") + 1;
  for (const element of elements.slice(0, used)) readElement(element, reader, builder, name);
  // Elements after the last one that is used are not read, so it does not matter if they are incomplete.
  if (elements.slice(used).every(({ count }) => count === 0)) reader.finish();
  return builder.finish();
}

function readElement(element: PlyElement, reader: PlyReader, builder: MeshBuilder, name: string): void {
  const { count, properties } = element;
  // An element without properties takes no bytes, however often the header says it occurs.
  if (properties.length === 0) return;
  const isVertex = element.name === "vertex";
  const places = properties.map((property) => PLY_POSITION.indexOf(property.name));
  if (
    isVertex && PLY_POSITION.some((axis) => !properties.some((each) => each.name === axis && each.count === undefined))
  ) {
    const found = properties.slice(0, 9).map((each) => describeName(each.name)).join(", ");
    throw new Error(`${name}: expected vertices with x, y and z, found ${found}.`);
  }
  const isFace = element.name === "face";
  const wanted = properties.map((each) => isFace && each.count !== undefined && PLY_CORNERS.includes(each.name));
  if (isFace && count > 0 && !wanted.includes(true)) {
    throw new Error(`${name}: expected faces with a list of vertex_indices, found none.`);
  }
  const position = [0, 0, 0];
  const corners: number[] = [];
  for (let i = 0; i < count; i++) {
    reader.begin(element.name, i, count);
    const { place } = reader;
    for (let p = 0; p < properties.length; p++) {
      const property = properties[p];
      if (property.count === undefined) {
        if (isVertex && places[p] >= 0) position[places[p]] = reader.exact(property.type);
        else reader.number(property.type);
        continue;
      }
      const length = reader.number(property.count);
      if (!Number.isInteger(length) || length < 0) {
        throw new Error(
          `${name}, ${builder.places.describe(place)}: expected a list, found one of ${length} numbers.`,
        );
      }
      if (!wanted[p]) {
        reader.skip(property.type, length);
        continue;
      }
      for (let k = 0; k < length; k++) corners[k] = reader.exact(property.type);
      builder.face(corners, place, length);
    }
    reader.end();
    if (isVertex) builder.vertex(position[0], position[1], position[2], place);
  }
}

function textReader(lines: TextScanner, passed: PassedOver): PlyReader {
  let next = 0;
  return {
    get place() {
      return lines.line;
    },
    begin(element, i, count) {
      next = 0;
      while (lines.next()) {
        if (!isComment(lines)) return;
        passed.add("comments among the data of the PLY", () => `line ${lines.line}`);
      }
      const what = `${describeName(element)} ${i + 1} of ${count}`;
      throw new Error(`${lines.name}: the PLY is cut off: expected ${what}, found its end.`);
    },
    number: () => lines.coordinate(next++),
    exact(type) {
      const value = lines.coordinate(next++);
      const range = PLY_TYPE_RANGE[type];
      if (range === undefined || (value >= range[0] && value <= range[1] && Number.isInteger(value))) return value;
      throw new Error(`${lines.where}: expected a number of the type ${type}, found ${value}.`);
    },
    skip(_, count) {
      for (let i = 0; i < count; i++) lines.coordinate(next++);
    },
    end() {
      if (next < lines.count) {
        throw new Error(
          `${lines.where}: expected ${next} numbers, found ${describeWord(lines.word(next))} after them.`,
        );
      }
    },
    finish() {
      if (lines.next()) {
        throw new Error(
          `${lines.where}: expected the end of the PLY after all that its header says, ` +
            `found ${describeWord(lines.word(0))}.`,
        );
      }
    },
  };
}

/** Whether a line is a comment, which belongs into the header. */
function isComment(lines: TextScanner): boolean {
  const first = lines.first;
  return (first === 99 || first === 111) && ["comment", "obj_info"].includes(lines.word(0)!);
}

function binaryReader(bytes: Uint8Array, header: PlyHeader, name: string): PlyReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = header.format === "binary_little_endian";
  let at = header.end;
  let [element, number, total] = ["", 0, 0];
  const advance = (size: number) => {
    at += size;
    if (at <= bytes.length) return;
    throw new Error(
      `${name}: the PLY is cut off at byte ${bytes.length}, in ${describeName(element)} ${number + 1} of ${total}.`,
    );
  };
  const next = (type: PlyType) => {
    const from = at;
    advance(PLY_TYPE_BYTES[type]);
    return readNumber(view, type, from, little);
  };
  return {
    get place() {
      return at;
    },
    begin(name, i, count) {
      [element, number, total] = [name, i, count];
    },
    number: next,
    exact: next,
    skip: (type, count) => advance(count * PLY_TYPE_BYTES[type]),
    end() {},
    finish() {
      if (contentEnd(bytes) > at) {
        throw new Error(
          `${name}: expected the end of the PLY at byte ${at}, after all that its header says, ` +
            `found ${bytes.length - at} more bytes.`,
        );
      }
    },
  };
}

function readNumber(view: DataView, type: PlyType, at: number, little: boolean): number {
  switch (type) {
    case "int8":
      return view.getInt8(at);
    case "uint8":
      return view.getUint8(at);
    case "int16":
      return view.getInt16(at, little);
    case "uint16":
      return view.getUint16(at, little);
    case "int32":
      return view.getInt32(at, little);
    case "uint32":
      return view.getUint32(at, little);
    case "float32":
      return view.getFloat32(at, little);
    case "float64":
      return view.getFloat64(at, little);
  }
}
