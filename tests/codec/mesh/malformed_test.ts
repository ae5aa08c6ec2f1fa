import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeMesh, encodePly } from "../../../mod.ts";
import { gunzip } from "../../../lib/codec/gunzip.ts";
import { binaryStl, gzip, richPly, tetrahedron, text } from "../../support/mesh_files.ts";
import { cube } from "../../support/meshes.ts";

const ply = encodePly(cube());
const plyHeader = (vertices: string, faces: string, format = "binary_little_endian") =>
  text(
    "ply",
    `format ${format} 1.0`,
    `element vertex ${vertices}`,
    "property float x",
    "property float y",
    "property float z",
    `element face ${faces}`,
    "property list uchar int vertex_indices",
    "end_header",
  );

/** A text STL of two faces. */
const facets = [
  "solid x",
  ...[0, 1].flatMap((x) => [
    ...["facet normal 0 0 1", "outer loop", `vertex ${x} 0 0`, `vertex ${x + 1} 0 0`, `vertex ${x} 1 0`],
    ...["endloop", "endfacet"],
  ]),
  "endsolid",
];

const malformed: [string, Uint8Array, string][] = [
  [
    "x.obj",
    text("v 0 0 0", "v 1 0 0", "v 0 1 0", "f 1 2 3", "f 1 2 4"),
    "x.obj, line 5: face refers to vertex 4, but the file has 3.",
  ],
  ["x.obj", text("v 0 0 0", "f 1 -2 1"), "x.obj, line 2: face refers to vertex -2, but only 1 come before it."],
  ["x.obj", text("v 0 0 0", "f 0 1 1"), "x.obj, line 2: face refers to vertex 0, but they are counted from 1."],
  ["x.obj", text("v 0 0"), "x.obj, line 1: expected a number, found nothing."],
  ["x.obj", text("v 0 0 nan"), 'x.obj, line 1: expected a number, found "nan".'],
  ["x.obj", text("v 0 0 1e300"), "x.obj, line 1: expected a finite position, found 0, 0, 1e+300."],
  ["x.obj", text("v 0 0 0", "f 1 1"), "x.obj: the mesh has no faces, but 1 vertex."],
  ["x.obj", text("v 0 0 0", "f 1 x 2"), 'x.obj, line 2: expected a whole number, found "x".'],
  ["x.obj", text("v 0 0 0"), "x.obj: the mesh has no faces, but 1 vertex."],
  ["x.obj", text("It was a dark and stormy night."), 'x.obj, line 1: expected an OBJ statement (v, f, …), found "It".'],
  [
    "x.obj",
    new Uint8Array(2 ** 21).fill(120),
    "x.obj, line 1: expected text, found a line of more than 1048576 characters.",
  ],
  [
    "x",
    text("It was a dark and stormy night."),
    "x: expected a mesh (OBJ, PLY, STL or OFF), found a file of another kind, which begins with the bytes 49 74 20 77 61 73 20 61.",
  ],
  ["x.obj", new Uint8Array(0), "x.obj: expected a mesh (OBJ, PLY, STL or OFF), found an empty file."],
  [
    "x.ply",
    text("version https://git-lfs.github.com/spec/v1"),
    "x.ply: expected a mesh (OBJ, PLY, STL or OFF), found a Git LFS pointer instead of the file itself.",
  ],
  ["x.ply", ply.subarray(0, ply.length - 1), "x.ply: the PLY is cut off at byte 421, in face 12 of 12."],
  [
    "x.ply",
    plyHeader("10000000000", "1"),
    "x.ply: the PLY is cut off: its header says 10000000000 of element vertex, which take at least 120000000000 bytes, but only 0 follow.",
  ],
  [
    "x.ply",
    plyHeader("10000000000", "1", "ascii"),
    "x.ply: the PLY is cut off: its header says 10000000000 of element vertex, which take at least 59999999999 bytes, but only 0 follow.",
  ],
  ["x.ply", plyHeader("-1", "1"), "x.ply, line 3: expected a count from 0, found -1."],
  ["x.ply", plyHeader("1e3", "1"), 'x.ply, line 3: expected a whole number, found "1e3".'],
  ["x.ply", plyHeader("0", "0"), "x.ply: the mesh has no vertices."],
  [
    "x.ply",
    plyHeader("1", "1", "binary"),
    'x.ply, line 2: expected ascii, binary_little_endian or binary_big_endian, found "binary".',
  ],
  ["x.ply", text("ply", "format ascii 1.0"), "x.ply: the PLY header has no end_header line."],
  [
    "x.ply",
    text("ply", "format ascii 1.0", "element vertex 1", "property quad x", "end_header"),
    'x.ply, line 4: expected a PLY number type, found "quad".',
  ],
  [
    "x.ply",
    text("ply", "format ascii 1.0", "element vertex 1", "property float u", "end_header", "1"),
    "x.ply: expected vertices with x, y and z, found u.",
  ],
  [
    "x.stl",
    binaryStl(cube()).subarray(0, 500),
    "x.stl: the STL is cut off: its header says 12 faces, which take 684 bytes, but the file has 500.",
  ],
  [
    "x.stl",
    text("solid x", "facet normal 0 0 1", "outer loop", "vertex 0 0 0"),
    "x.stl: the STL is cut off: expected endsolid, found its end.",
  ],
  [
    "x.stl",
    text("solid x", "colour red"),
    'x.stl, line 2: expected an STL statement (facet, vertex, …), found "colour".',
  ],
  ["x.stl", text("solid x", "facet normal 0 0 1", "vertex 0 0 x"), 'x.stl, line 3: expected a number, found "x".'],
  [
    "x.off",
    text("OFF", "3 1 0", "0 0 0", "1 0 0"),
    "x.off: the OFF file is cut off: expected vertex 3 of 3, found its end.",
  ],
  [
    "x.off",
    text("OFF", "3 1 0", "0 0 0", "1 0 0", "0 1 0", "3 0 1 3"),
    "x.off, line 6: face refers to vertex 3 (counted from 0), but the file has 3.",
  ],
  [
    "x.off",
    text("OFF", "3 1 0", "0 0 0", "1 0 0", "0 1 0", "4 0 1 2"),
    "x.off, line 6: expected the 4 corners of a face, found 3.",
  ],
  [
    "x.ply",
    new Uint8Array([...plyHeader("8", "7"), ...ply.subarray(ply.length - 252)]),
    "x.ply: expected the end of the PLY at byte 356, after all that its header says, found 65 more bytes.",
  ],
  [
    "x.ply",
    text(...tetrahedron, "3 1 3 2"),
    'x.ply, line 17: expected the end of the PLY after all that its header says, found "3".',
  ],
  [
    "x.ply",
    text(...tetrahedron.slice(0, -1), "3 0 2 3 7"),
    'x.ply, line 16: expected 4 numbers, found "7" after them.',
  ],
  [
    "x.ply",
    text(...tetrahedron.slice(0, -1), "2.5 0 2 3"),
    "x.ply, line 16: expected a list, found one of 2.5 numbers.",
  ],
  [
    "x.off",
    text("OFF", "3 1 0", "0 0 0", "1 0 0", "0 1 0", "3 0 1 2", "", "3 2 1 0"),
    'x.off, line 8: expected the end of the OFF file after the 1 faces that its header says, found "3".',
  ],
  [
    "x.off",
    text("OFF", "3 2 0", "0 0 0", "1 0 0", "0 1 0", "0 0 1", "3 0 1 2"),
    'x.off, line 6: expected a face, which begins with the number of its corners, found "0".',
  ],
  ["x.off", text("OFFICE 3"), 'x.off, line 1: expected OFF, found "OFFICE".'],
  ["x.stl", text(...facets.toSpliced(6, 1)), 'x.stl, line 7: expected vertex or endloop, found "endfacet".'],
  [
    "x.stl",
    text(...facets.toSpliced(1, 1, "facet")),
    "x.stl, line 2: expected facet normal and three numbers, found 1 words.",
  ],
  ["x.stl", text(...facets.toSpliced(7, 1)), 'x.stl, line 8: expected endfacet, found "facet".'],
  [
    "x.obj",
    text("v 0 0 0", "f 1 1 99999999999"),
    "x.obj, line 2: face refers to vertex 99999999999, which is not a valid index.",
  ],
  [
    "x.ply",
    text(...tetrahedron.slice(0, 6), "element tristrips 1", ...tetrahedron.slice(7, 13), "5 0 1 2 3 0"),
    "x.ply: expected the element face, found triangle strips (tristrips), which are not supported.",
  ],
  [
    "x.obj",
    new Uint8Array([0xff, 0xfe, ...Array.from(text("v 0 0 0")).flatMap((byte) => [byte, 0])]),
    "x.obj: expected a mesh (OBJ, PLY, STL or OFF), found text in UTF-16 instead of UTF-8.",
  ],
  ...["1.#QNAN", "-1.#IND00", "1.#INF", "0x10", "1_000", "1e", "1,5", "--1", "1d0", "Infinity", "½"].flatMap((word) => {
    const found = `expected a number, found "${word === "½" ? "Â½" : word}".`;
    const stl = facets.with(3, `vertex 0 ${word} 0`);
    return [
      ["x.obj", text("v 0 0 0", `v 1 0 ${word}`, "v 0 1 0", "f 1 2 3"), `x.obj, line 2: ${found}`],
      ["x.off", text("OFF", "3 1 0", "0 0 0", `1 0 ${word}`, "0 1 0", "3 0 1 2"), `x.off, line 4: ${found}`],
      ["x.ply", text(...tetrahedron.with(10, `1 ${word} 0`)), `x.ply, line 11: ${found}`],
      ["x.stl", text(...stl), `x.stl, line 4: ${found}`],
    ] as [string, Uint8Array, string][];
  }),
  ["x.obj", text("v 0 0 0", "f 1.0 1 1"), 'x.obj, line 2: expected a whole number, found "1.0".'],
  ["x.obj", text("v 0 0 0", "0 1 0"), 'x.obj, line 2: expected an OBJ statement (v, f, …), found "0".'],
  ["x.stl", text("7 8", ...facets), 'x.stl, line 1: expected an STL statement (facet, vertex, …), found "7".'],
  ...["1/x/y", "1/2/3/4", "1/2/3/", "1//x"].map((corner): [string, Uint8Array, string] => [
    "x.obj",
    text("v 0 0 0", `f 1 ${corner} 1`),
    `x.obj, line 2: expected a corner such as 1, 1/2, 1//3 or 1/2/3, found "${corner}".`,
  ]),
  [
    "x.off",
    text("OFF", "3 2 0", "0 0 0", "1 0 0", "0 1 0", "2 0 77", "3 0 1 2"),
    "x.off, line 6: face refers to vertex 77 (counted from 0), but the file has 3.",
  ],
  [
    "x.off",
    text("OFF", "4 1 0", "0 0 0 1 0 0", "0 1 0 0 0", "3 0 1 2"),
    'x.off, line 5: expected a face, which begins with the number of its corners, found "0".',
  ],
  [
    "x.off",
    text("OFF", "3 1 0", "0 0 0 1 0 0", "0 1 0 3 0 1 2 9"),
    'x.off, line 4: expected the end of the OFF file after the 1 faces that its header says, found "9".',
  ],
  [
    "x.ply",
    text(...tetrahedron.toSpliced(3, 0, "property float x")),
    "x.ply: expected one property x of the element vertex, found x and x.",
  ],
  [
    "x.ply",
    text(...tetrahedron.toSpliced(8, 0, "property list uchar int vertex_index")),
    "x.ply: expected one property vertex_indices of the element face, found vertex_indices and vertex_index.",
  ],
  [
    "x.ply",
    text(...tetrahedron.toSpliced(6, 0, "element vertex 1", "property float x")),
    "x.ply: expected one element vertex in the PLY header, found 2.",
  ],
  [
    "x.ply",
    text(...tetrahedron.toSpliced(8, 0, "element face 1", "property int x")),
    "x.ply: expected one element face in the PLY header, found 2.",
  ],
  [
    "x.ply",
    text(...tetrahedron.toSpliced(1, 0, "format binary_little_endian 1.0")),
    "x.ply, line 3: expected one format line, found another one.",
  ],
  [
    "x.ply",
    text(...tetrahedron.with(3, "property uchar x").with(10, "999 0 0")),
    "x.ply, line 11: expected a number of the type uint8, found 999.",
  ],
  [
    "x.ply",
    text(...tetrahedron.with(3, "property short x").with(10, "0.5 0 0")),
    "x.ply, line 11: expected a number of the type int16, found 0.5.",
  ],
  ["x.ply", text(...tetrahedron.with(10, "1 0 0 # here")), 'x.ply, line 11: expected 3 numbers, found "#" after them.'],
  [
    "x.ply",
    text("ply", "format ascii 1.0", "element \x1b[2J 9", "property int x", "end_header"),
    'x.ply: the PLY is cut off: its header says 9 of element "?[2J", which take at least 17 bytes, but only 0 follow.',
  ],
  [
    "x.ply",
    text("ply", "format ascii 1.0", "element vertex 1", "property int \x1b[2J", "end_header", "1"),
    'x.ply: expected vertices with x, y and z, found "?[2J".',
  ],
  ["x.off", text("OFF BINARY"), "x.off: binary OFF files are not supported, only text."],
];

Deno.test("what is malformed ends in one sentence that says where", async () => {
  for (const [name, bytes, message] of malformed) {
    const error = await assertRejects(() => decodeMesh(bytes, name), Error);
    assertEquals(error.message, message);
  }
});

Deno.test("a packed file that is cut off or unpacks to gigabytes is refused", async () => {
  const packed = await gzip(ply);
  const cut = await assertRejects(() => decodeMesh(packed.subarray(0, packed.length - 9), "x.ply.gz"), Error);
  assertEquals(cut.message, "x.ply.gz: the gzip file is damaged or cut off.");
  const [first, second] = [await gzip(ply.subarray(0, 300)), await gzip(ply.subarray(300))];
  const cutMember = new Uint8Array([...first, ...second.subarray(0, second.length - 9)]);
  await assertRejects(() => decodeMesh(cutMember, "x.ply.gz"), Error, "x.ply.gz: the gzip file is damaged or cut off.");
  // The last four bytes are not the size of what was packed, because the file is cut off.
  for (const rest of [4, 6, 100, packed.length - 20]) {
    const short = await assertRejects(() => decodeMesh(packed.subarray(0, packed.length - rest), "x.ply.gz"), Error);
    assertEquals(short.message, "x.ply.gz: the gzip file is damaged or cut off.");
  }
  for (let at = 10; at < packed.length; at++) {
    const flipped = packed.slice();
    flipped[at] ^= 1 << (at % 8);
    // Bits that fill up the last byte of the packed data have no meaning.
    const read = await gunzip(flipped, "x.ply.gz").catch(({ message }) => message);
    if (typeof read === "string") assertEquals(read, "x.ply.gz: the gzip file is damaged or cut off.");
    else assertEquals(read, ply);
  }
  const zeros = await gzip(new Uint8Array(2 ** 20));
  const bomb = await assertRejects(() => gunzip(zeros, "x.obj.gz", 1000), Error);
  assertEquals(
    bomb.message,
    "x.obj.gz: expected at most 1000 bytes after decompression, 1 times those of the file, found more.",
  );
});

Deno.test("bytes after a gzip file are passed over with a warning", async () => {
  const rest = Uint8Array.of(1, 2, 3, 255);
  const [first, second] = [await gzip(ply.subarray(0, 300)), await gzip(ply.subarray(300))];
  for (const packed of [await gzip(ply), new Uint8Array([...first, ...second])]) {
    const mesh = await decodeMesh(new Uint8Array([...packed, ...rest, 0, 0]), "x.ply.gz");
    assertEquals(mesh.warnings, ["x.ply.gz: passed over bytes after the end of the gzip file: 4 bytes."]);
    assertEquals(mesh.indices, (await decodeMesh(ply)).indices);
  }
  const named = new Uint8Array([...first.subarray(0, 3), 31, ...first.subarray(4, 10), 1, 0, 7]);
  const fields = [...text("name"), 0, ...text("a comment"), 0, 9, 9];
  const whole = new Uint8Array([...named, ...fields, ...(await gzip(ply)).subarray(10), ...rest]);
  assertEquals((await decodeMesh(whole, "x.ply.gz")).indices, (await decodeMesh(ply)).indices);
  const damaged = new Uint8Array([...await gzip(ply), ...second.subarray(0, 40)]);
  await assertRejects(() => decodeMesh(damaged, "x.ply.gz"), Error, "x.ply.gz: the gzip file is damaged or cut off.");
});

Deno.test("every way of cutting a binary PLY or STL short ends in an error, no byte makes it hang", async () => {
  for (const whole of [ply, binaryStl(cube()), richPly(cube(), "binary_big_endian")]) {
    for (let length = 0; length < whole.length; length++) {
      await assertRejects(() => decodeMesh(whole.subarray(0, length), "x.stl"), Error);
    }
    // Damage: whatever comes of it, it comes soon, as a mesh whose faces exist or as one sentence.
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice();
      damaged[at] ^= 0xff;
      try {
        const { positions, indices } = await decodeMesh(damaged, "x.stl");
        assert(indices.every((vertex) => vertex < positions.length / 3));
        assert(positions.every(Number.isFinite));
      } catch (error) {
        assert(error instanceof Error && error.message.startsWith("x.stl"), String(error));
      }
    }
  }
});
