import type { Mesh } from "./mesh.ts";
import { MeshBuilder } from "./mesh_builder.ts";
import { describeWord, integerOf, numberOf, textLines } from "./text_lines.ts";

/** Statements of the OBJ format that do not concern positions and faces. */
const IGNORED = new Set(
  ("vt vn vp g o s l p mtllib usemtl usemap maplib mg deg bmat step cstype curv curv2 surf parm trim hole scrv sp end con " +
    "bevel c_interp d_interp lod shadow_obj trace_obj ctech stech call csh").split(" "),
);

/**
 * Decodes a Wavefront OBJ file: `v` and `f` in all spellings (`1`, `1/2`, `1//3`, `1/2/3`, negative numbers counting back). Polygons
 * are triangulated. Texture coordinates, normals, colours, groups and materials are ignored.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @throws {Error} If a line is invalid, a face refers to a vertex that does not exist, or there are no faces.
 */
export function decodeObj(bytes: Uint8Array, name = "mesh.obj"): Mesh {
  const builder = new MeshBuilder(name, 1);
  for (const { number, words } of textLines(bytes, name, true)) {
    const where = `line ${number}`;
    if (words[0] === "v") {
      const [x, y, z] = [1, 2, 3].map((i) => numberOf(words[i], `${name}, ${where}`));
      builder.vertex(x, y, z, where);
    } else if (words[0] === "f" || words[0] === "fo") {
      builder.face(words.slice(1).map((word) => cornerOf(word, builder.vertices, `${name}, ${where}`)), where);
    } else if (!IGNORED.has(words[0])) {
      throw new Error(`${name}, ${where}: expected an OBJ statement (v, f, …), found ${describeWord(words[0])}.`);
    }
  }
  return builder.finish();
}

/** The vertex of a corner, counted from 0. */
function cornerOf(word: string, vertices: number, where: string): number {
  const slash = word.indexOf("/");
  const index = integerOf(slash < 0 ? word : word.slice(0, slash), where);
  if (index > 0) return index - 1;
  if (index < 0 && vertices + index >= 0) return vertices + index;
  throw new Error(
    index === 0
      ? `${where}: face refers to vertex 0, but they are counted from 1.`
      : `${where}: face refers to vertex ${index}, but only ${vertices} come before it.`,
  );
}
