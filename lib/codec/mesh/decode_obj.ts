import type { DecodedMesh } from "./mesh.ts";
import { MeshBuilder } from "./mesh_builder.ts";
import { refuseVertex } from "./refuse_vertex.ts";
import { TextScanner } from "./text_scanner.ts";
import { describeName, describeWord } from "./words.ts";

/** Statements of the OBJ format that do not concern positions and faces. */
const IGNORED = new Set(
  ("vt vn vp g o s l p mtllib usemtl usemap maplib mg bevel c_interp d_interp lod shadow_obj trace_obj").split(" "),
);

/** Statements that describe a surface or include other files, which are not read. */
const NOT_READ: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    "deg bmat step cstype curv curv2 surf parm trim hole scrv sp end con ctech stech bzp bsp cdc cdp res".split(" ")
      .map(
        (word) => [word, "statements of free-form curves and surfaces, which are not supported"],
      ),
  ),
  call: "statements that include another file or run a command",
  csh: "statements that include another file or run a command",
};

const [V, F] = [118, 102];

/**
 * Decodes a Wavefront OBJ file: `v` and `f` in all spellings (`1`, `1/2`, `1//3`, `1/2/3`, negative numbers counting back). Polygons
 * are triangulated. Texture coordinates, normals, colours, groups and materials are ignored. Passed over with a warning are: lines that
 * begin with an unknown word, faces of fewer than 3 corners, and vertices that are not finite and that no face uses.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @throws {Error} If a line is invalid, a face refers to a vertex that does not exist, or there are no faces.
 */
export function decodeObj(bytes: Uint8Array, name = "mesh.obj"): DecodedMesh {
  const scanner = () => new TextScanner(bytes, name, { comments: true, continued: true });
  const lines = scanner();
  const builder = new MeshBuilder(name, {
    base: 1,
    describe: (line) => `line ${line}`,
    refuseVertex: (line) => refuseVertex(scanner(), line, [1, 2, 3]),
  });
  const corners: number[] = [];
  const addFace = () => {
    for (let i = 1; i < lines.count; i++) corners[i - 1] = cornerOf(lines, i, builder.vertices);
    builder.face(corners, lines.line, lines.count - 1);
  };
  let unknown: Error | undefined;
  while (lines.next()) {
    if (lines.isLetter(0, V)) {
      builder.vertex(lines.coordinate(1), lines.coordinate(2), lines.coordinate(3), lines.line);
    } else if (lines.isLetter(0, F)) {
      addFace();
    } else {
      const statement = lines.word(0)!;
      if (statement === "fo") addFace();
      else if (!IGNORED.has(statement)) {
        // A number or a character that no text has shows that a line is damaged.
        if (/^[-+.\d]|[^\x20-\x7e\xa0-\xff]/.test(statement)) throw noStatement(lines);
        unknown ??= noStatement(lines);
        const what = Object.hasOwn(NOT_READ, statement) ? NOT_READ[statement] : "lines with an unknown statement";
        builder.passed.add(what, () => `line ${lines.line} (${describeName(statement)})`);
      }
    }
  }
  // A text without any vertex is of another kind.
  if (unknown && builder.vertices === 0) throw unknown;
  return builder.finish();
}

function noStatement(lines: TextScanner): Error {
  return new Error(`${lines.where}: expected an OBJ statement (v, f, …), found ${describeWord(lines.word(0))}.`);
}

/** The vertex of a corner, counted from 0. */
function cornerOf(lines: TextScanner, i: number, vertices: number): number {
  const index = lines.integer(i, true);
  if (index > 0) return index - 1;
  if (index < 0 && vertices + index >= 0) return vertices + index;
  throw new Error(
    index === 0
      ? `${lines.where}: face refers to vertex 0, but they are counted from 1.`
      : `${lines.where}: face refers to vertex ${index}, but only ${vertices} come before it.`,
  );
}
