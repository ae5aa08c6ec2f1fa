import { assertAlmostEquals, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { decodeMesh, encodePly } from "../../../mod.ts";
import { encodeObj, encodePlyPoints } from "../../../lib/codec/mod.ts";
import { binaryStl, corners, gzip, richPly, tetrahedron, text } from "../../support/mesh_files.ts";
import { cube, torus } from "../../support/meshes.ts";

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
  assertEquals((await decodeMesh(padded(encodeObj(cube())), "x.obj")).indices.length, 36);
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
    const uncounted = binaryStl(cube(), header);
    new DataView(uncounted.buffer).setUint32(80, 0, true);
    assertEquals((await decodeMesh(uncounted, "x.stl")).indices, expected.indices);
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

Deno.test("PLY with colours of vertices: a reader of meshes passes them over, and each vertex has its own", async () => {
  const mesh = cube();
  const colours = Uint8Array.from(mesh.positions, (_, i) => 7 * i);
  const bytes = encodePly(mesh, { colours });
  const { positions, indices } = await decodeMesh(bytes, "a.ply");
  assertEquals([positions, indices], [mesh.positions, mesh.indices]);
  const header = new TextDecoder().decode(bytes).indexOf("end_header\n") + 11;
  const each = Array.from({ length: 8 }, (_, i) => [...bytes.subarray(header + 15 * i + 12, header + 15 * i + 15)]);
  assertEquals(each.flat(), [...colours]);
  const points = encodePlyPoints(mesh.positions, colours);
  assertMatch(new TextDecoder().decode(points), /\nelement vertex 8\n(property .*\n){6}end_header\n/);
  assertEquals(points.slice(-8 * 15), bytes.slice(header, header + 8 * 15));
  assertThrows(() => encodePly(mesh, { colours: colours.subarray(1) }), Error, "expected 24 numbers of colours");
  assertThrows(() => encodePlyPoints(mesh.positions.subarray(1), colours), Error, "found 23 numbers");
});
