import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { decodeMesh } from "../../../mod.ts";
import { inspectMesh } from "../../../lib/data/mesh/mod.ts";
import { binaryStl, tetrahedron, text } from "../../support/mesh_files.ts";
import { cube } from "../../support/meshes.ts";

const corners = ["v 0 0 0", "v 1 0 0", "v 0 1 0", "v 0 0 1"];
const faces = ["f 3 2 1", "f 1 2 4", "f 2 3 4", "f 3 1 4"];
const whole = text(...corners, ...faces);

/** A closed tetrahedron as PLY. */
const ply = tetrahedron.with(6, "element face 4").concat("3 1 3 2").with(13, "3 2 1 0").with(14, "3 0 1 3").with(
  15,
  "3 2 0 3",
).with(16, "3 1 2 3");

/** A binary STL of a cube with another number of faces in its header. */
function counted(faces: number, rest: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array([...binaryStl(cube(), "made by a scanner"), ...rest]);
  new DataView(bytes.buffer).setUint32(80, faces, true);
  return bytes;
}

/** A text STL of a tetrahedron. */
const facets = [
  "solid x",
  ...[[2, 1, 0], [0, 1, 3], [1, 2, 3], [2, 0, 3]].flatMap((face) => [
    "facet normal 0 0 0",
    "outer loop",
    ...face.map((vertex) => corners[vertex].replace("v", "vertex")),
    "endloop",
    "endfacet",
  ]),
  "endsolid",
];

const off = ["OFF", "4 4 0", "0 0 0", "1 0 0", "0 1 0", "0 0 1", "3 2 1 0", "3 0 1 3", "3 1 2 3", "3 2 0 3"];

const harmless: [string, Uint8Array, string][] = [
  ["x.obj", text(...corners, ...faces, "f 1 2"), "x.obj: passed over faces of fewer than 3 corners: line 9."],
  [
    "x.obj",
    text(...corners, "f 1", ...faces, "f 1 2"),
    "x.obj: passed over faces of fewer than 3 corners: 2, the first is line 5.",
  ],
  ["x.obj", text("ver 1.0", ...corners, ...faces), "x.obj: passed over lines with an unknown statement: line 1 (ver)."],
  [
    "x.obj",
    text(...corners, "// faces", ...faces),
    'x.obj: passed over lines with an unknown statement: line 5 ("//").',
  ],
  [
    "x.ply",
    text(...ply.toSpliced(12, 0, "comment four faces")),
    "x.ply: passed over comments among the data of the PLY: line 13.",
  ],
  [
    "x.obj",
    text("v nan nan nan", ...corners, ...["f 4 3 2", "f 2 3 5", "f 3 4 5", "f 4 2 5"], "v 1.#QNAN -inf 0"),
    "x.obj: passed over vertices without a finite position, which no face uses: 2, the first is line 1.",
  ],
  [
    "x.obj",
    text(...corners, ...faces, "cstype bezier", "surf 0 1 0 1 1 2 3 4"),
    "x.obj: passed over statements of free-form curves and surfaces, which are not supported: 2, the first is line 9 (cstype).",
  ],
  [
    "x.obj",
    text(...corners, ...faces, "call other.obj"),
    "x.obj: passed over statements that include another file or run a command: line 9 (call).",
  ],
  [
    "x.ply",
    text(...ply.toSpliced(2, 0, "Created by some program")),
    'x.ply: passed over unknown lines of the PLY header: line 3 ("Created").',
  ],
  [
    "x.ply",
    text(...ply.with(6, "element face 5"), "2 0 1"),
    "x.ply: passed over faces of fewer than 3 corners: line 18.",
  ],
  [
    "x.ply",
    text(...ply.with(2, "element vertex 5").toSpliced(13, 0, "nan 0 0")),
    "x.ply: passed over vertices without a finite position, which no face uses: line 14.",
  ],
  ["x.stl", counted(0), "x.stl: passed over the number of faces in the header of the STL: 0, while the file has 12."],
  [
    "x.stl",
    counted(0xffffffff, [10, 0]),
    "x.stl: passed over the number of faces in the header of the STL: -1, while the file has 12.",
  ],
  ["x.stl", counted(3), "x.stl: passed over the number of faces in the header of the STL: 3, while the file has 12."],
  [
    "x.stl",
    counted(12, [...text("made by hand")]),
    "x.stl: passed over bytes after the last face that the header of the STL says: 13 bytes.",
  ],
  ["y.stl", text("; made by hand", ...facets), 'y.stl: passed over lines with an unknown statement: line 1 (";").'],
  ["y.stl", text("# made by hand", ...facets), 'y.stl: passed over lines with an unknown statement: line 1 ("#").'],
  [
    "y.stl",
    text(...facets.toSpliced(1, 0, "color 1 0 0").toSpliced(9, 0, "color 0 1 0")),
    "y.stl: passed over lines with an unknown statement: 2, the first is line 2 (color).",
  ],
  [
    "x.off",
    text(...off.with(1, "4 5 0"), "0"),
    "x.off: passed over faces of fewer than 3 corners: line 11.",
  ],
  [
    "x.off",
    text(...off.with(1, "4 6 0"), "2 0 1", "1 2 0.5 0.5 0.5"),
    "x.off: passed over faces of fewer than 3 corners: 2, the first is line 11.",
  ],
  [
    "x.off",
    text(...off.with(3, "1 0 0 9 9 9")),
    "x.off: passed over words after a vertex that the header does not tell of: line 4.",
  ],
  [
    "x.off",
    text(...off.with(6, "3 2 1 0 7 7 7 7 7")),
    "x.off: passed over words after the corners of a face that are no colour: line 7.",
  ],
];

Deno.test("what does no harm to the surface is passed over with one warning", async () => {
  for (const [name, bytes, warning] of harmless) {
    const mesh = await decodeMesh(bytes, name);
    assertEquals(mesh.warnings, [warning]);
    const { faces, boundaryEdges, volume } = inspectMesh(mesh);
    assertEquals([faces, boundaryEdges], name === "x.stl" ? [12, 0] : [4, 0]);
    assertAlmostEquals(volume, name === "x.stl" ? 1 : 1 / 6, 1e-6);
  }
  assertEquals((await decodeMesh(whole, "x.obj")).warnings, []);
});

Deno.test("a comment of any length and the mark with which DOS ends a text are no content", async () => {
  const whole = await decodeMesh(text(...corners, ...faces), "x.obj");
  const long = text("# " + "x".repeat(2 ** 21), ...corners, ...faces, "f 1 2 3 # " + "y".repeat(2 ** 21)).slice(0, -1);
  assertEquals((await decodeMesh(long, "x.obj")).indices.length, 15);
  const ended = (lines: string[]) => new Uint8Array([...text(...lines), 26, 26, 10, 0, 26]);
  assertEquals(await decodeMesh(ended([...corners, ...faces]), "x.obj"), whole);
  for (const [name, lines] of [["x.ply", ply], ["x.off", off], ["x.stl", facets]] as const) {
    assertEquals(await decodeMesh(ended(lines), name), await decodeMesh(text(...lines), name));
  }
});

Deno.test("an OFF file may have several vertices and faces a line, or less than one", async () => {
  const whole = await decodeMesh(text(...off), "x.off");
  const words = off.slice(2).join(" ").split(" ");
  for (const width of [1, 2, 5, 7, 100]) {
    const lines: string[] = [];
    for (let i = 0; i < words.length; i += width) lines.push(words.slice(i, i + width).join(" "));
    assertEquals(await decodeMesh(text("OFF", "4 4 0", ...lines), "x.off"), whole, `${width} words a line`);
  }
  const coloured = off.slice(2).map((line, i) => i < 4 ? `${line} 1 1 1 1` : line).join(" ");
  assertEquals(await decodeMesh(text("COFF 4 4 0", coloured), "x.off"), whole);
});

Deno.test("a comment begins at the start of a word", async () => {
  const named = text("o part#1", "usemtl a#b # red", ...corners.map((line) => `${line} #c`), ...faces, "#end");
  const read = await decodeMesh(named, "x.obj");
  assertEquals([read.positions.length, read.indices.length, read.warnings.length], [12, 12, 0]);
});

Deno.test("what changes the surface is refused", async () => {
  const refused: [string, Uint8Array, string][] = [
    ["x.obj", text("v nan 0 0", ...corners, ...faces), 'x.obj, line 1: expected a number, found "nan".'],
    ["x.obj", text(...corners, "v 0 0 zero", ...faces), 'x.obj, line 5: expected a number, found "zero".'],
    ["x.ply", text(...ply.with(10, "1 inf 0")), 'x.ply, line 11: expected a number, found "inf".'],
    ["x.ply", text(...ply.with(10, "1 1e39 0")), "x.ply, line 11: expected a finite position, found 1, 1e+39, 0."],
    [
      "x.stl",
      counted(13),
      "x.stl: the STL is cut off: its header says 13 faces, which take 734 bytes, but the file has 684.",
    ],
    [
      "x.stl",
      counted(0, [1, 2, 3]),
      "x.stl: expected 50 bytes for each face after the 84 of the header, found 603 in total.",
    ],
  ];
  for (const [name, bytes, message] of refused) {
    assertEquals((await assertRejects(() => decodeMesh(bytes, name), Error)).message, message);
  }
});

Deno.test("a vertex that is not finite, in a binary file, is refused where a face uses it", async () => {
  const stl = binaryStl(cube());
  new DataView(stl.buffer).setFloat32(84 + 50 + 12, NaN, true);
  const { message } = await assertRejects(() => decodeMesh(stl, "x.stl"), Error);
  assertEquals(message, "x.stl, byte 134: expected a vertex with a finite position, found one that is not finite.");
});
