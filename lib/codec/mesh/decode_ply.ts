import type { Mesh } from "./mesh.ts";
import { MeshBuilder } from "./mesh_builder.ts";
import {
  PLY_TYPE_BYTES,
  type PlyElement,
  type PlyHeader,
  type PlyProperty,
  type PlyType,
  readPlyHeader,
} from "./ply_header.ts";
import { contentEnd, describeWord, numberOf, textLines } from "./text_lines.ts";

/** Reads the numbers of the elements one by one. */
interface PlyReader {
  /** The current position, for error messages. */
  where(): string;
  /** Must be called before each element. */
  begin(what: string): void;
  number(type: PlyType): number;
  /** Must be called after each element. */
  end(): void;
  /** Must be called after the last element. Throws if more data follow. */
  finish(): void;
}

const POSITION = ["x", "y", "z"];
const CORNERS = ["vertex_indices", "vertex_index"];

/**
 * Decodes a PLY file: text, or binary in either byte order. Positions may be of any number type, and polygons are triangulated. All
 * other properties and elements are ignored.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file contains less or more than its header says, a number is invalid, a face refers to
 * a vertex that does not exist, or the file has no vertices with x, y and z or no faces.
 */
export function decodePly(bytes: Uint8Array, name = "mesh.ply"): Mesh {
  const header = readPlyHeader(bytes, name);
  const reader = header.format === "ascii" ? textReader(bytes, header, name) : binaryReader(bytes, header, name);
  if (
    header.elements.some(({ name }) => name === "tristrips") && !header.elements.some(({ name }) => name === "face")
  ) {
    throw new Error(`${name}: expected the element face, found triangle strips (tristrips), which are not supported.`);
  }
  const builder = new MeshBuilder(name);
  const used = header.elements.findLastIndex(({ name }) => name === "vertex" || name === "face") + 1;
  for (const element of header.elements.slice(0, used)) readElement(element, reader, builder, name);
  // Elements after the last one that is used are not read, so it does not matter if they are incomplete.
  if (header.elements.slice(used).every(({ count }) => count === 0)) reader.finish();
  return builder.finish();
}

function readElement(element: PlyElement, reader: PlyReader, builder: MeshBuilder, name: string): void {
  const { count, properties } = element;
  // An element without properties takes no bytes, however often the header says it occurs.
  if (properties.length === 0) return;
  const isVertex = element.name === "vertex";
  const places = properties.map((property) => POSITION.indexOf(property.name));
  if (isVertex && POSITION.some((axis) => !properties.some((each) => each.name === axis && each.count === undefined))) {
    throw new Error(
      `${name}: expected vertices with x, y and z, found ${properties.map((each) => each.name).join(", ")}.`,
    );
  }
  const isFace = element.name === "face";
  const hasCorners = (property: PlyProperty) => property.count !== undefined && CORNERS.includes(property.name);
  if (isFace && count > 0 && !properties.some(hasCorners)) {
    throw new Error(`${name}: expected faces with a list of vertex_indices, found none.`);
  }
  const position = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    reader.begin(`${element.name} ${i + 1} of ${count}`);
    const where = isVertex || isFace ? reader.where() : "";
    for (const [p, property] of properties.entries()) {
      if (property.count === undefined) {
        const value = reader.number(property.type);
        if (isVertex && places[p] >= 0) position[places[p]] = value;
        continue;
      }
      const corners: number[] = [];
      const wanted = isFace && hasCorners(property);
      const length = reader.number(property.count);
      if (!Number.isInteger(length) || length < 0) {
        throw new Error(`${name}, ${where}: expected a list, found one of ${length} numbers.`);
      }
      for (let k = 0; k < length; k++) {
        const value = reader.number(property.type);
        if (wanted) corners.push(value);
      }
      if (wanted) builder.face(corners, where);
    }
    reader.end();
    if (isVertex) builder.vertex(position[0], position[1], position[2], where);
  }
}

function textReader(bytes: Uint8Array, header: PlyHeader, name: string): PlyReader {
  const lines = textLines(bytes.subarray(header.end), name);
  let line = 0;
  let words: readonly string[] = [];
  let next = 0;
  const where = () => `line ${line}`;
  return {
    where,
    begin(what) {
      const { value, done } = lines.next();
      if (done) throw new Error(`${name}: the PLY is cut off: expected ${what}, found its end.`);
      line = header.lines + value.number;
      words = value.words;
      next = 0;
    },
    number: () => numberOf(words[next++], `${name}, ${where()}`),
    end() {
      if (next < words.length) {
        throw new Error(
          `${name}, ${where()}: expected ${next} numbers, found ${describeWord(words[next])} after them.`,
        );
      }
    },
    finish() {
      const { value, done } = lines.next();
      if (!done) {
        throw new Error(
          `${name}, line ${header.lines + value.number}: expected the end of the PLY after all that its header says, ` +
            `found ${describeWord(value.words[0])}.`,
        );
      }
    },
  };
}

function binaryReader(bytes: Uint8Array, header: PlyHeader, name: string): PlyReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = header.format === "binary_little_endian";
  let at = header.end;
  let reading = "";
  return {
    where: () => `${reading} at byte ${at}`,
    begin(what) {
      reading = what;
    },
    number(type) {
      const from = at;
      at += PLY_TYPE_BYTES[type];
      if (at > bytes.length) {
        throw new Error(`${name}: the PLY is cut off at byte ${bytes.length}, in ${reading}.`);
      }
      switch (type) {
        case "int8":
          return view.getInt8(from);
        case "uint8":
          return view.getUint8(from);
        case "int16":
          return view.getInt16(from, little);
        case "uint16":
          return view.getUint16(from, little);
        case "int32":
          return view.getInt32(from, little);
        case "uint32":
          return view.getUint32(from, little);
        case "float32":
          return view.getFloat32(from, little);
        case "float64":
          return view.getFloat64(from, little);
      }
    },
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
