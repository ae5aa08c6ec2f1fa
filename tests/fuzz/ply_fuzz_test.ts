import { joinBytes } from "../../lib/codec/join_bytes.ts";
import { type Choices, fuzz } from "./fuzz.ts";
import { cornerWord, meshTrial, numberWord, textOf } from "./mesh_trial.ts";

const TYPES = "char uchar short ushort int uint float double int8 uint8 int16 uint16 int32 uint32 float32 float64"
  .split(" ");
const BYTES = [1, 1, 2, 2, 4, 4, 4, 8];

/** A property: its name, the type of its numbers and, for a list, of its length. */
interface Property {
  name: string;
  type: number;
  count?: number;
}

interface Element {
  name: string;
  count: number;
  properties: Property[];
}

fuzz("PLY", (choices) => {
  const elements = elementsOf(choices);
  const format = choices.pick(["ascii", "binary_little_endian", "binary_big_endian"]);
  const header = headerOf(elements, format, choices);
  const vertices = elements.find(({ name }) => name === "vertex")!.count;
  const bytes = format === "ascii" ? textOf([...header, ...rowsOf(elements, vertices, choices)], choices) : joinBytes([
    new TextEncoder().encode(`${header.join("\n")}\n`),
    ...valuesOf(elements, vertices, format === "binary_little_endian", choices),
  ]);
  return meshTrial("x.ply", bytes, choices);
});

function elementsOf(choices: Choices): Element[] {
  const others = (count: number): Property[] =>
    Array.from({ length: choices.below(count) }, () => ({
      name: choices.pick(["nx", "red", "x2", "\x1b[2J", "__proto__"]),
      type: choices.below(16),
      count: choices.below(4) === 0 ? choices.below(17) : undefined,
    }));
  const type = choices.below(6) === 0 ? choices.below(16) : 6;
  const vertex: Element = {
    name: "vertex",
    count: 3 + choices.below(20),
    properties: [...others(3), ...["x", "y", "z"].map((name) => ({ name, type })), ...others(3)],
  };
  const face: Element = {
    name: "face",
    count: 1 + choices.below(20),
    properties: [...others(2), {
      name: choices.pick(["vertex_indices", "vertex_index"]),
      type: choices.pick([4, 5, 1, 3]),
      count: choices.pick([1, 1, 5]),
    }],
  };
  const extra: Element = {
    name: choices.pick(["edge", "camera", "tristrips"]),
    count: choices.below(4),
    properties: others(4),
  };
  return choices.pick([[vertex, face], [vertex, face], [face, vertex], [extra, vertex, face], [vertex, face, extra]]);
}

function headerOf(elements: readonly Element[], format: string, choices: Choices): string[] {
  const lines = ["ply", `format ${format} 1.0`];
  if (choices.below(5) === 0) {
    lines.push(choices.pick(["comment x", "obj_info y", "Created by z", "", "property", "\x07"]));
  }
  for (const { name, count, properties } of elements) {
    const said = choices.below(60) === 0 ? choices.pick(["1e3", "-1", "99999999999", "0", ""]) : count;
    lines.push(`element ${name} ${said}`);
    for (const { name, type, count } of properties) {
      lines.push(`property ${count === undefined ? "" : `list ${TYPES[count] ?? "quad"} `}${TYPES[type]} ${name}`);
    }
  }
  return [...lines, "end_header"];
}

function rowsOf(elements: readonly Element[], vertices: number, choices: Choices): string[] {
  return elements.flatMap(({ count, properties }) =>
    Array.from({ length: count }, () =>
      properties.flatMap(({ name, count }) => {
        if (count === undefined) return [numberWord(choices)];
        const isFace = name.startsWith("vertex");
        const length = isFace ? 3 + (choices.below(10) === 0 ? choices.below(20) : 0) : choices.below(3);
        const word = () => isFace ? cornerWord(choices, vertices) : numberWord(choices);
        return [`${length}`, ...Array.from({ length }, word)];
      }).join(" "))
  );
}

function valuesOf(elements: readonly Element[], vertices: number, little: boolean, choices: Choices): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const add = (type: number, value: number) => {
    const kind = type % 8;
    const view = new DataView(new ArrayBuffer(BYTES[kind]));
    if (kind < 2) view.setInt8(0, value);
    else if (kind < 4) view.setInt16(0, value, little);
    else if (kind < 6) view.setInt32(0, value, little);
    else if (kind === 6) view.setFloat32(0, choices.below(300) === 0 ? NaN : value, little);
    else view.setFloat64(0, choices.below(300) === 0 ? Infinity : value, little);
    parts.push(new Uint8Array(view.buffer));
  };
  for (const { count, properties } of elements) {
    for (let i = 0; i < count; i++) {
      for (const { name, type, count } of properties) {
        const isFace = name.startsWith("vertex");
        const length = count === undefined
          ? 1
          : isFace
          ? 3 + (choices.below(9) === 0 ? choices.below(20) : 0)
          : choices.below(3);
        if (count !== undefined) add(count, length);
        for (let k = 0; k < length; k++) add(type, isFace ? choices.below(vertices) : 100 * choices.number() - 50);
      }
    }
  }
  return parts;
}
