import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { normaliseMesh } from "../../../mod.ts";
import type { Mesh } from "../../../lib/codec/mod.ts";
import { inspectMesh } from "../../../lib/data/mesh/mod.ts";
import { cube, flipped, moved, sphere, together, torus } from "../../support/meshes.ts";
import { voxels } from "../../support/voxels.ts";
import { cpuMilliseconds } from "../../support/clock.ts";

/** A mesh of some of the faces, some of which are turned over. */
function faces(mesh: Mesh, isKept: (face: number) => boolean, isTurned: (face: number) => boolean = () => false): Mesh {
  const indices: number[] = [];
  for (let face = 0; face < mesh.indices.length / 3; face++) {
    const [a, b, c] = mesh.indices.subarray(3 * face, 3 * face + 3);
    if (isKept(face)) indices.push(...isTurned(face) ? [a, c, b] : [a, b, c]);
  }
  return { positions: mesh.positions, indices: new Uint32Array(indices) };
}

const turning = (mesh: Mesh, isTurned: (face: number) => boolean) => faces(mesh, () => true, isTurned);
const at = (x: number, half: number) => moved(cube(half), ([a, b, c]) => [a + x, b, c]);

/** The volume in the coordinates of the input. */
const volumeOf = ({ mesh, transform }: ReturnType<typeof normaliseMesh>) =>
  inspectMesh(mesh).volume / transform.scale ** 3;

/** A sphere whose corners of each quad are computed anew, with rounding errors, and whose poles are quads with two equal corners. */
function sphereOfQuads(noise: number): Mesh {
  const [rows, columns] = [8, 16];
  const positions: number[] = [];
  const indices: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const first = positions.length / 3;
      for (const [di, dj] of [[0, 0], [1, 0], [1, 1], [0, 1]]) {
        const [a, b] = [Math.PI * (i + di) / rows, 2 * Math.PI * (j + dj) / columns];
        const point = [Math.sin(a) * Math.cos(b), Math.sin(a) * Math.sin(b), Math.cos(a)];
        positions.push(...point.map((value, axis) => value + noise * Math.sin(1e4 * (first + axis + di))));
      }
      indices.push(first, first + 1, first + 2, first, first + 2, first + 3);
    }
  }
  return { positions: new Float64Array(positions), indices: new Uint32Array(indices) };
}

Deno.test("a closed mesh is called closed, whatever faces without area it has and however its corners were rounded", () => {
  for (const noise of [0, 1e-16, 1e-9, 3e-8]) {
    for (const move of [0, 3]) {
      const { positions, indices } = sphereOfQuads(noise);
      for (const mesh of [positions, new Float32Array(positions)]) {
        const input = { positions: mesh.map((value, i) => i % 3 === 0 ? value + move : value), indices };
        const { warnings, changes, report, cleaning, mesh: { positions: left } } = normaliseMesh(input);
        assertEquals([warnings, changes], [[], []]);
        assertEquals([report.unbalancedEdges, report.boundaryEdges, left.length / 3], [0, 0, 7 * 16 + 2]);
        assertEquals(cleaning.facesWithoutArea, 32);
      }
    }
  }
});

Deno.test("vertices that are farther apart than the tolerance stay apart", () => {
  const { positions, indices } = sphereOfQuads(1e-6);
  assert(normaliseMesh({ positions, indices }).warnings[0].includes("boundary edges"));
});

Deno.test("a face without area that joins an edge to two shorter ones keeps a surface closed", () => {
  const { positions, indices } = cube();
  // The edge 0-1 of one face gets a vertex in its middle, and a face of no area fills the gap.
  const middle = new Float32Array([...positions, ...[0, 1, 2].map((k) => (positions[k] + positions[3 + k]) / 2)]);
  const cut = [...indices].flatMap((_, i) => {
    if (i % 3 !== 0) return [];
    const face = [...indices.subarray(i, i + 3)];
    return face.includes(0) && face.includes(1) && face.indexOf(1) === (face.indexOf(0) + 1) % 3
      ? [[0, 8, face.find((v) => v > 1)!], [8, 1, face.find((v) => v > 1)!], [0, 1, 8]].flat()
      : face;
  });
  const whole = normaliseMesh({ positions: middle, indices: new Uint32Array(cut) });
  assertEquals([whole.warnings, whole.cleaning.facesWithoutArea, whole.mesh.indices.length / 3], [[], 1, 13]);
});

Deno.test("bodies that touch at an edge or have a side in common are closed", () => {
  const side = moved(cube(), ([x, y, z]) => [x + 1, y, z]);
  const edge = moved(cube(), ([x, y, z]) => [x + 1, y + 1, z]);
  for (const mesh of [together(cube(), side), together(cube(), edge)]) {
    const { warnings, changes, mesh: { indices } } = normaliseMesh(mesh);
    assertEquals([warnings, changes, indices.length], [[], [], 72]);
    assertEquals(normaliseMesh(mesh, { repair: true }).mesh.indices, indices);
  }
});

Deno.test("faces that are there twice are left out with a word", () => {
  const mesh = torus(0.6, 0.25, 12, 8);
  const twice = (isTwice: (face: number) => boolean) => together(mesh, faces(mesh, isTwice));
  const { indices } = normaliseMesh(mesh).mesh;
  for (const [input, number] of [[twice(() => true), 192], [twice((face) => face % 5 === 0), 39]] as const) {
    const found = normaliseMesh(input, {}, "x.obj");
    assertEquals(found.mesh.indices, indices);
    assertEquals([found.warnings, found.changes], [[], [`x.obj: ${number} faces that are there twice left out.`]]);
  }
  // Two boxes of which a side of one lies on a side of the other, both turned the same way.
  const { positions } = cube();
  const flat = { positions, indices: new Uint32Array([...cube().indices, ...thin(cube())]) };
  assertEquals(normaliseMesh(flat).warnings, []);
  assertEquals(normaliseMesh(flat).changes, []);
});

/** The faces of a body on the corners of a cube, one side of which is one of the cube's: a prism over half of the cube's base. */
function thin({ indices }: Mesh): number[] {
  const [a, b, c] = indices.subarray(0, 3);
  const apex = [0, 1, 2, 3, 4, 5, 6, 7].find((vertex) => vertex % 2 === 1 && ![a, b, c].includes(vertex))!;
  return [a, b, c, a, apex, b, b, apex, c, c, apex, a];
}

Deno.test("a surface of which each face is there for both sides is named, and repaired on request", () => {
  const doubled = together(cube(), flipped(cube()));
  const error = assertThrows(() => normaliseMesh(doubled, {}, "x.obj"), Error);
  assertEquals(
    error.message,
    "x.obj: the mesh encloses no volume (it has 24 faces and 0 boundary edges), so there is no inside to learn: " +
      "24 faces have a turned twin (a face with the same corners that shows its other side), which cancel each other; " +
      "the option repair leaves the twins out.",
  );
  for (
    const input of [
      doubled,
      together(turning(cube(), (face) => face % 3 === 0), turning(cube(), (face) => face % 3 !== 0)),
    ]
  ) {
    const found = normaliseMesh(input, { repair: true }, "x.obj");
    assertEquals(found.mesh.indices.length / 3, 12);
    assertAlmostEquals(volumeOf(found), 1, 1e-5);
    assertEquals(found.warnings, []);
    assertEquals(found.changes[0], "x.obj: 12 turned twins of faces left out.");
  }
  // Only some faces are there for both sides.
  const some = together(cube(), turning(faces(cube(), (face) => face < 4), () => true));
  assert(normaliseMesh(some, {}, "x.obj").warnings[0].startsWith("x.obj: 8 faces have a turned twin"));
  const repaired = normaliseMesh(some, { repair: true });
  assertEquals([repaired.warnings, repaired.mesh.indices.length / 3], [[], 12]);
  // Without the twins, an open surface is open: nothing can be repaired.
  const open = faces(cube(), (face) => face > 2);
  const sheet = assertThrows(() => normaliseMesh(together(open, flipped(open)), { repair: true }), Error);
  assert(
    sheet.message.endsWith("the surface is not closed without the twins, so they cannot be left out."),
    sheet.message,
  );
});

Deno.test("parts of mixed orientation are named, and oriented outward on request", () => {
  const mixed = together(
    turning(at(0, 1), (face) => face % 4 === 1),
    turning(torus(), (face) => face % 7 < 2),
  );
  const parts = together(
    turning(at(0, 1), (face) => face % 4 === 1),
    turning(at(4, 0.5), (face) => face % 2 === 0),
    at(6, 0.5),
  );
  const found = normaliseMesh(parts, {}, "x.stl");
  assertEquals(found.warnings, [
    "x.stl: the orientation is mixed: 9 faces are oriented against the others in 2 parts, so inside and outside change places; " +
    "the option repair makes it consistent.",
  ]);
  const repaired = normaliseMesh(parts, { repair: true }, "x.stl");
  assertAlmostEquals(volumeOf(repaired), 8 + 1 + 1, 1e-4);
  assertEquals([repaired.warnings, repaired.report.unbalancedEdges, repaired.report.misorientedEdges], [[], 0, 0]);
  assertEquals(repaired.changes, ["x.stl: 9 faces turned, so that each part is oriented consistently and outward."]);
  assertAlmostEquals(volumeOf(normaliseMesh(mixed, { repair: true })), 8 + inspectMesh(torus()).volume, 1e-4);
});

Deno.test("cavities stay cavities, also where some of their faces are turned over", () => {
  const shell = (inner: Mesh) => normaliseMesh(together(at(0, 1), inner), { repair: true });
  assertAlmostEquals(volumeOf(shell(flipped(at(0, 0.5)))), 7, 1e-4);
  assertAlmostEquals(volumeOf(shell(turning(flipped(at(0, 0.5)), (face) => face === 5))), 7, 1e-4);
  assertAlmostEquals(volumeOf(shell(turning(at(0, 0.5), (face) => face === 5))), 9, 1e-4);
  const { changes } = normaliseMesh(together(at(0, 1), flipped(at(3, 0.5))), { repair: true }, "x");
  assertEquals(changes, ["x: 12 faces turned, so that each part is oriented consistently and outward."]);
});

Deno.test("in a surface with holes, few faces are turned to agree with the rest, but not half of them", () => {
  const open = faces(sphere(), (face) => face > 20);
  const few = turning(open, (face) => face % 50 === 7);
  const repaired = normaliseMesh(few, { repair: true }, "x");
  assertEquals(repaired.report.misorientedEdges, 0);
  assertAlmostEquals(volumeOf(repaired), volumeOf(normaliseMesh(open)), 1e-5);
  const half = normaliseMesh(turning(open, (face) => face > 1000), { repair: true }, "x");
  assert(
    half.warnings[0].endsWith("since the surface is not closed there, it cannot be told which way is right."),
    half.warnings[0],
  );
});

Deno.test("a surface with one side is named", () => {
  const n = 40;
  const positions: number[] = [];
  const indices: number[] = [];
  for (let i = 0; i < n; i++) {
    const [turn, half] = [2 * Math.PI * i / n, Math.PI * i / n];
    for (const side of [-0.3, 0.3]) {
      const radius = 1 + side * Math.cos(half);
      positions.push(radius * Math.cos(turn), radius * Math.sin(turn), side * Math.sin(half));
    }
    const [a, b] = [2 * i, 2 * i + 1];
    const [c, d] = i + 1 < n ? [2 * i + 2, 2 * i + 3] : [1, 0];
    indices.push(a, c, b, b, c, d);
  }
  for (let first = 0; first < indices.length; first += 3) {
    const order = new Uint32Array([...indices.slice(first), ...indices.slice(0, first)]);
    const strip = { positions: new Float32Array(positions), indices: order };
    const { warnings } = normaliseMesh(together(moved(cube(), ([x, y, z]) => [x + 3, y, z]), strip), {}, "x");
    assert(
      warnings.includes("x: 1 part has only one side, as a Möbius strip has, and no inside."),
      warnings.join("\n"),
    );
  }
});

Deno.test("the time of tens of thousands of parts is that of as many faces in one part", () => {
  const count = 21_000;
  const one = torus(0.6, 0.25, 420, 300);
  const positions = new Float32Array(24 * count);
  const indices = new Uint32Array(36 * count);
  const inward = flipped(cube(0.3));
  for (let i = 0; i < count; i++) {
    const place = [i % 31, Math.floor(i / 31) % 31, Math.floor(i / 961)];
    // Every second cube is inward, and every third of these is a cavity of the cube before.
    const { positions: own, indices: order } = i % 2 === 1 ? inward : cube(0.4);
    if (i % 6 === 1) place.splice(0, 3, (i - 1) % 31, Math.floor((i - 1) / 31) % 31, Math.floor((i - 1) / 961));
    own.forEach((value, k) => positions[24 * i + k] = value + place[k % 3]);
    order.forEach((vertex, k) => indices[36 * i + k] = 8 * i + vertex);
  }
  const seconds = (mesh: Mesh) => {
    const begin = cpuMilliseconds();
    const { cleaning } = normaliseMesh(mesh, { repair: true });
    return [(cpuMilliseconds() - begin) / mesh.indices.length, cleaning.inwardParts];
  };
  const [[single], [many, wrong]] = [seconds(one), seconds({ positions, indices })];
  assertEquals(wrong, 7000);
  assert(many < 12 * single, `${many / single} times the time for each face`);
});

Deno.test("parts of which every third one is inward take little more time than if all were outward", () => {
  const count = 30_000;
  const positions = new Float32Array(12 * count);
  const indices = new Uint32Array(12 * count);
  const corners = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1];
  const order = [0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3];
  for (let i = 0; i < count; i++) {
    const place = [i % 31, Math.floor(i / 31) % 31, Math.floor(i / 961)];
    corners.forEach((value, k) => positions[12 * i + k] = value + 2 * place[k % 3]);
    order.forEach((vertex, k) => indices[12 * i + k] = 4 * i + vertex);
  }
  const outward = { positions, indices };
  const mixed = turning(outward, (face) => face % 12 < 4);
  const seconds = (mesh: Mesh) => {
    const begin = cpuMilliseconds();
    const { cleaning } = normaliseMesh(mesh, { repair: true });
    return { time: cpuMilliseconds() - begin, inward: cleaning.inwardParts };
  };
  const rounds = Array.from({ length: 4 }, () => [seconds(outward), seconds(mixed)]);
  assertEquals(rounds[0].map(({ inward }) => inward), [0, 10_000]);
  const [one, other] = [0, 1].map((k) => Math.min(...rounds.map((round) => round[k].time)));
  assert(other < 5 * one, `${other / one} times the time`);
});

/** A body of 3 × 3 × 3 voxels around a cavity: 1 for each solid one. */
const body = (solid: string) => voxels({ size: [3, 3, 3], isSolid: (x, y, z) => solid[9 * x + 3 * y + z] === "1" });

Deno.test("a cavity of a body that touches itself at edges is not called inward", () => {
  const { mesh, volume } = body("111111001111101011100110111");
  for (const repair of [false, true]) {
    const found = normaliseMesh(mesh, { repair }, "x.obj");
    assertEquals([found.warnings, found.changes, found.inwardParts], [[], [], 0]);
    assertAlmostEquals(volumeOf(found), volume, 1e-4);
  }
});

Deno.test("two equal bodies, one of which is inward, are named and repaired, and only the turned faces are counted", () => {
  const inward = "1 closed part is oriented inward but not a cavity of another part; its interior counts as outside; " +
    "the option repair changes that.";
  const touching = moved(cube(), ([x, y, z]) => [x + 1, y + 1, z]);
  for (const mesh of [together(at(0, 0.5), flipped(at(3, 0.5))), together(flipped(cube()), touching)]) {
    const error = assertThrows(() => normaliseMesh(mesh, {}, "x.obj"), Error);
    assertEquals(
      error.message,
      "x.obj: the mesh encloses no volume (it has 24 faces and 0 boundary edges), so there is no inside to learn: " +
        inward,
    );
    const repaired = normaliseMesh(mesh, { repair: true }, "x.obj");
    assertAlmostEquals(volumeOf(repaired), 2, 1e-4);
    assertEquals(repaired.changes, ["x.obj: 12 faces turned, so that each part is oriented consistently and outward."]);
  }
  // The larger body is inward: all faces are flipped, and the repair turns those of the smaller one back.
  const mostly = normaliseMesh(together(at(0, 0.4), flipped(at(3, 0.5))), { repair: true }, "x.obj");
  assertAlmostEquals(volumeOf(mostly), 1 + 0.512, 1e-4);
  assertEquals([mostly.turned, mostly.changes], [false, [
    "x.obj: 12 faces turned, so that each part is oriented consistently and outward.",
  ]]);
  const both = normaliseMesh(flipped(together(at(0, 0.4), at(3, 0.5))), { repair: true }, "x.obj");
  assertEquals([both.turned, both.changes], [true, [
    "x.obj: all faces were flipped, because they were oriented inward.",
  ]]);
});

Deno.test("polygons that are there twice are found, along whichever diagonals they are cut and within the tolerance", () => {
  const square = [[1, 4, 3, 2], [5, 6, 7, 8], [1, 2, 6, 5], [2, 3, 7, 6], [3, 4, 8, 7], [4, 1, 5, 8]];
  const corners = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]];
  const cut = (isTurned: boolean, offset: number, bulge: number): Mesh => {
    const positions = Float64Array.from([...corners, ...corners].flat(), (value, i) => i < 24 ? value : value + offset);
    positions[0] = positions[24] -= bulge;
    const copies = square.map((quad) => quad.map((corner) => corner + 7)).map((quad) =>
      isTurned ? quad.toReversed() : [...quad.slice(1), quad[0]]
    );
    const faces = [...square.map((quad) => quad.map((corner) => corner - 1)), ...copies];
    return { positions, indices: Uint32Array.from(faces.flatMap(([a, b, c, d]) => [a, b, c, a, c, d])) };
  };
  for (const [offset, bulge] of [[0, 0], [1e-9, 0], [0, 0.1]]) {
    const volume = normaliseMesh({ ...cut(true, 0, bulge), indices: cut(true, 0, bulge).indices.slice(0, 36) });
    const error = assertThrows(() => normaliseMesh(cut(true, offset, bulge), {}, "x.obj"), Error);
    assert(error.message.includes(": 24 faces have a turned twin "), error.message);
    const repaired = normaliseMesh(cut(true, offset, bulge), { repair: true }, "x.obj");
    assertEquals([repaired.warnings, repaired.changes], [[], ["x.obj: 12 turned twins of faces left out."]]);
    assertAlmostEquals(volumeOf(repaired), volumeOf(volume), 1e-5);
    const same = normaliseMesh(cut(false, offset, bulge), {}, "x.obj");
    assertEquals([same.warnings, same.changes], [[], ["x.obj: 12 faces that are there twice left out."]]);
    assertAlmostEquals(volumeOf(same), volumeOf(volume), 1e-5);
  }
  // Two boxes with a side in common that is cut in two ways stay as they are.
  const side = moved(cube(), ([x, y, z]) => [1 - x, y, z]);
  const boxes = together(cube(), flipped(side));
  const found = normaliseMesh(boxes);
  assertEquals([found.warnings, found.changes, found.mesh.indices.length], [[], [], 72]);
});

Deno.test("a wall within a body is no fault, whichever way its two sides are cut", () => {
  const walls = [[0, 4, 7, 0, 7, 3], [0, 7, 4, 0, 3, 7], [0, 3, 4, 4, 3, 7]];
  for (const [one, two] of [[walls[0], walls[1]], [walls[0], walls[2]]]) {
    const { positions, indices } = cube();
    const mesh = { positions, indices: new Uint32Array([...indices, ...one, ...two]) };
    for (const repair of [false, true]) {
      const found = normaliseMesh(mesh, { repair });
      assertEquals([found.warnings, found.changes], [[], []]);
      assertAlmostEquals(volumeOf(found), 1, 1e-5);
    }
  }
});

Deno.test("a body that is too thin, or tiny beside a stray face, is refused with that reason", () => {
  const thin = moved(cube(), ([x, y, z]) => [x, 1e-4 * y, 1e-4 * z]);
  assertThrows(
    () => normaliseMesh(thin, {}, "x.obj"),
    Error,
    "x.obj: expected a mesh that encloses at least 0.000001 of the volume of the sphere around it, found 1.9e-8.",
  );
  const stray = { positions: Float32Array.of(1e7, 0, 0, 1e7, 1, 0, 1e7, 0, 1), indices: Uint32Array.of(0, 1, 2) };
  const { message } = assertThrows(() => normaliseMesh(together(cube(), stray), {}, "x.obj"), Error);
  assert(
    message.endsWith(
      ": 9 of the 13 faces are narrower than the tolerance within which vertices are merged (1e-7 of the mesh's size); " +
        "the mesh is too thin, or a face far from the others makes its size that large.",
    ),
    message,
  );
});
