import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { decodeMesh, encodeObj, encodePly, type Mesh } from "../../../mod.ts";
import { gunzip } from "../../../lib/data/mesh/gunzip.ts";
import { cube, torus } from "../../support/meshes.ts";

const text = (...lines: string[]) => new TextEncoder().encode(lines.join("\n") + "\n");

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Each face's corners as positions, so that meshes with other vertex orders compare. */
function corners({ positions, indices }: Mesh): number[] {
  return Array.from(indices).flatMap((vertex) => [...positions.subarray(3 * vertex, 3 * vertex + 3)]);
}

/** A binary STL of a mesh. */
function binaryStl(mesh: Mesh, header = "solid but binary"): Uint8Array {
  const faces = mesh.indices.length / 3;
  const bytes = new Uint8Array(84 + 50 * faces);
  bytes.set(new TextEncoder().encode(header));
  const view = new DataView(bytes.buffer);
  view.setUint32(80, faces, true);
  corners(mesh).forEach((value, i) => view.setFloat32(84 + 50 * Math.floor(i / 9) + 12 + 4 * (i % 9), value, true));
  return bytes;
}

/** A PLY with doubles, colours, a list that is not wanted and an element before the vertices. */
function richPly(mesh: Mesh, format: "ascii" | "binary_little_endian" | "binary_big_endian"): Uint8Array {
  const vertices = mesh.positions.length / 3;
  const faces = mesh.indices.length / 3;
  const header = `ply\r\nformat ${format} 1.0\r\ncomment made by hand\r\nelement camera 1\r\nproperty short id\r\n` +
    `element vertex ${vertices}\r\nproperty uchar red\r\nproperty double x\r\nproperty double y\r\nproperty double z\r\n` +
    `element face ${faces}\r\nproperty list ushort float weights\r\nproperty list uchar uint vertex_index\r\nend_header\r\n`;
  const rows: [string, number][][] = [[["Int16", 7]]];
  for (let i = 0; i < vertices; i++) {
    rows.push([
      ["Uint8", 9],
      ...[...mesh.positions.subarray(3 * i, 3 * i + 3)].map((v): [string, number] => ["Float64", v]),
    ]);
  }
  for (let i = 0; i < faces; i++) {
    const face = [...mesh.indices.subarray(3 * i, 3 * i + 3)].map((v): [string, number] => ["Uint32", v]);
    rows.push([["Uint16", 2], ["Float32", 0.5], ["Float32", 1], ["Uint8", 3], ...face]);
  }
  if (format === "ascii") {
    return new TextEncoder().encode(header + rows.map((row) => row.map(([, v]) => v).join(" ")).join("\r\n"));
  }
  const sizes: Record<string, number> = { Int16: 2, Uint8: 1, Uint16: 2, Float32: 4, Uint32: 4, Float64: 8 };
  const flat = rows.flat();
  const bytes = new Uint8Array(header.length + flat.reduce((sum, [type]) => sum + sizes[type], 0));
  bytes.set(new TextEncoder().encode(header));
  const view = new DataView(bytes.buffer);
  let at = header.length;
  for (const [type, value] of flat) {
    const set = `set${type}` as "setFloat64";
    view[set](at, value, format === "binary_little_endian");
    at += sizes[type];
  }
  return bytes;
}

Deno.test("OBJ: polygons, all spellings of corners, negative numbers, CRLF, exponents, continued lines, forward references", async () => {
  const mesh = await decodeMesh(
    text(
      "# a square and a triangle\r",
      "mtllib x.mtl\r",
      "f 1/1/1 2//3 \\\r",
      "  3/4 4\r",
      "v 0 0 0 1.0 # with w\r",
      "v 1e0 -0.0 0 0.1 0.2 0.3\r",
      "v +1 1E+0 .0\r",
      "vn 0 0 1\r",
      "v 0 1. 0e-3\r",
      "s off\r",
      "f -4 -3/7 -2//1\r",
    ),
    "square.txt",
  );
  const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...text("v 0 0 0", "v 1 0 0", "v 0 1 0", "f 1 2 3")]);
  assertEquals((await decodeMesh(marked, "marked.obj")).indices.length, 3);
  assertEquals([...mesh.indices], [0, 1, 2, 0, 2, 3, 0, 1, 2]);
  assertEquals([...mesh.positions], [0, 0, 0, 1, -0, 0, 1, 1, 0, 0, 1, 0]);
});

Deno.test("every format gives the same triangles, packed or not", async () => {
  const mesh = torus(0.6, 0.25, 7, 5);
  const stlText = text(
    "solid torus",
    ...[...Array(mesh.indices.length / 3).keys()].flatMap((face) => {
      const c = corners(mesh).slice(9 * face, 9 * face + 9);
      return [
        " facet normal 0 0 0",
        "outer loop",
        ...[0, 3, 6].map((k) => `vertex ${c.slice(k, k + 3).join(" ")}`),
        "endloop",
        "endfacet",
      ];
    }),
    "endsolid torus",
  );
  const faces = [...Array(mesh.indices.length / 3).keys()].map((f) => [...mesh.indices.subarray(3 * f, 3 * f + 3)]);
  const vertices = [...Array(mesh.positions.length / 3).keys()].map((
    v,
  ) => [...mesh.positions.subarray(3 * v, 3 * v + 3)]);
  const files: [string, Uint8Array][] = [
    ["a.obj", encodeObj(mesh)],
    ["a.ply", encodePly(mesh)],
    ["b.ply", richPly(mesh, "ascii")],
    ["c.ply", richPly(mesh, "binary_little_endian")],
    ["d.ply", richPly(mesh, "binary_big_endian")],
    ["a.stl", binaryStl(mesh)],
    ["b.stl", stlText],
    [
      "a.off",
      text(
        "OFF",
        "# comment",
        `${vertices.length} ${faces.length} 0`,
        "",
        ...vertices.map((v) => v.join(" ")),
        ...faces.map((f) => `3 ${f.join("  ")} 255 0 0`),
      ),
    ],
    [
      "b.off",
      text(
        `COFF ${vertices.length} ${faces.length + 1} 0`,
        ...vertices.map((v) => `${v.join("\t")} 1 1 1 1`),
        "2 0 1",
        ...faces.map((f) => `3 ${f.join(" ")}`),
      ),
    ],
  ];
  for (const [name, bytes] of files) {
    for (const [suffix, content] of [["", bytes], [".gz", await gzip(bytes)]] as const) {
      const read = await decodeMesh(content, name + suffix);
      assertEquals(corners(read), corners(mesh), name + suffix);
      assertEquals(read.positions.length, mesh.positions.length, `${name}: vertices are shared`);
    }
  }
});

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

/** A text PLY of four vertices and three faces. */
const tetrahedron = [
  ...["ply", "format ascii 1.0", "element vertex 4", "property float x", "property float y", "property float z"],
  ...["element face 3", "property list uchar int vertex_indices", "end_header"],
  ...["0 0 0", "1 0 0", "0 1 0", "0 0 1", "3 0 1 2", "3 0 3 1", "3 0 2 3"],
];

/** A text STL of two faces. */
const facets = [
  "solid x",
  ...[0, 1].flatMap((x) => [
    ...["facet normal 0 0 1", "outer loop", `vertex ${x} 0 0`, `vertex ${x + 1} 0 0`, `vertex ${x} 1 0`],
    ...["endloop", "endfacet"],
  ]),
  "endsolid",
];

/** A copy in which a header was changed. */
function understated(bytes: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = bytes.slice();
  change(new DataView(copy.buffer));
  return copy;
}

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
  ["x.obj", text("v 0 0 0", "f 1 1"), "x.obj, line 2: expected a face of at least 3 corners, found 2."],
  [
    "x.ply",
    text(...tetrahedron.slice(0, -1), "2 0 2"),
    "x.ply, line 16: expected a face of at least 3 corners, found 2.",
  ],
  ["x.obj", text("v 0 0 0", "f 1 x 2"), 'x.obj, line 2: expected a whole number, found "x".'],
  ["x.obj", text("v 0 0 0"), "x.obj: the mesh has 1 vertices, but no faces."],
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
    "x.stl",
    understated(binaryStl(cube()), (view) => view.setUint32(80, 3, true)),
    "x.stl: expected the end of the STL after the 3 faces that its header says, found 450 more bytes.",
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
    'x.ply, line 16: expected 4 numbers, found "7" behind them.',
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
    "x.obj, line 2: face refers to vertex 99999999999, which is no index.",
  ],
  [
    "x.ply",
    text(...tetrahedron.slice(0, 6), "element tristrips 1", ...tetrahedron.slice(7, 13), "5 0 1 2 3 0"),
    "x.ply: expected the element face, found triangle strips (tristrips), which are not read.",
  ],
  [
    "x.obj",
    new Uint8Array([0xff, 0xfe, ...Array.from(text("v 0 0 0")).flatMap((byte) => [byte, 0])]),
    "x.obj: expected a mesh (OBJ, PLY, STL or OFF), found text in UTF-16 instead of UTF-8.",
  ],
  ["x.off", text("OFF BINARY"), "x.off: binary OFF files are not read, only text."],
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
  const zeros = await gzip(new Uint8Array(2 ** 20));
  const bomb = await assertRejects(() => gunzip(zeros, "x.obj.gz", 1000), Error);
  assertEquals(bomb.message, "x.obj.gz: unpacks to more than the 1000 bytes that are read.");
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

Deno.test("OBJ and PLY are written with every digit that 32-bit positions have", async () => {
  const positions = Float32Array.from({ length: 9 }, (_, i) => Math.fround(Math.sin(i * 1e3) * 10 ** (i - 4)));
  const mesh = { positions, indices: new Uint32Array([0, 1, 2]) };
  for (const bytes of [encodeObj(mesh), encodePly(mesh)]) {
    const read = await decodeMesh(bytes, "x");
    assertEquals(read.positions, positions);
  }
  assertAlmostEquals(positions[1], (await decodeMesh(encodeObj(mesh), "x")).positions[1]);
});

Deno.test("zeros and blank lines may follow, and in a PLY elements that are of no use, whole or not", async () => {
  const padded = (bytes: Uint8Array) => new Uint8Array([...bytes, ...text("", "  "), ...new Uint8Array(60)]);
  const off = text("OFF", "3 1 0", "0 0 0", "1 0 0", "0 1 0", "3 0 1 2");
  for (const bytes of [binaryStl(cube()), ply, text(...tetrahedron), off]) {
    const whole = await decodeMesh(bytes, "x.stl");
    assertEquals(await decodeMesh(padded(bytes), "x.stl"), whole);
  }
  const strips = tetrahedron.toSpliced(8, 0, "element tristrips 1", "property list int int vertex_indices");
  for (const rest of [[], ["4 0 1 2 3"]]) {
    assertEquals((await decodeMesh(text(...strips, ...rest), "x.ply")).indices.length, 9);
  }
});

Deno.test("OBJ: a backslash continues a line, but not a comment", async () => {
  const lines = ["v 0 0 0 # origin \\", "v 1 0 0", "v 0 1 0", "v 0 0 1", "# C:\\", "f 1 2 \\", " 3 # \\", "f 1 3 4"];
  const { positions, indices } = await decodeMesh(text(...lines), "x.obj");
  assertEquals([positions.length, ...indices], [12, 0, 1, 2, 0, 2, 3]);
});

Deno.test("gzip of several members, with zeros behind them, is unpacked whole", async () => {
  const members = [ply.subarray(0, 10), ply.subarray(10, 10), ply.subarray(10, 300), ply.subarray(300)];
  const packed = (await Promise.all(members.map(gzip))).flatMap((bytes) => [...bytes]);
  for (const padding of [0, 512]) {
    const read = await decodeMesh(new Uint8Array([...packed, ...new Uint8Array(padding)]), "x.ply.gz");
    assertEquals(read, await decodeMesh(ply));
  }
});

Deno.test("a binary STL is told by its size, whatever its header begins with", async () => {
  const expected = await decodeMesh(binaryStl(cube()), "x.stl");
  for (const header of ["ply ", "OFF", "solid", "v 0 0 0"]) {
    assertEquals(await decodeMesh(binaryStl(cube(), header), "x"), expected);
  }
});

Deno.test("OFF headers as they are found: glued counts, letters in any order, small letters, a byte order mark, no word", async () => {
  const rest = ["0 0 0", "1 0 0", "0 1 0", "3 0 1 2"];
  const written = (...header: string[]) => text(...header, ...rest);
  const mark = (bytes: Uint8Array) => new Uint8Array([0xef, 0xbb, 0xbf, ...bytes]);
  const expected = await decodeMesh(written("OFF", "3 1 0"), "x");
  for (const header of ["OFF3 1 0", "CSTOFF 3 1 0", "NCOFF 3 1 0", "NOFF3 1 0", "off 3 1 0"]) {
    assertEquals(await decodeMesh(written(header), "x"), expected, header);
  }
  assertEquals(await decodeMesh(mark(written("OFF", "3 1 0")), "x"), expected);
  assertEquals(await decodeMesh(mark(written("# by hand", "OFF 3 1 0")), "x"), expected);
  assertEquals(await decodeMesh(written("3 1 0"), "x.off"), expected);
});

Deno.test("a text without an ending is known behind a long comment", async () => {
  const comment = Array.from({ length: 200 }, (_, i) => `# line ${i} of a licence that nobody will ever read`);
  assertEquals((await decodeMesh(text(...comment, "v 0 0 0", "v 1 0 0", "v 0 1 0", "f 1 2 3"), "x")).indices.length, 3);
});
