import { assertAlmostEquals, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { decodeMesh, normaliseMesh, openDevice } from "../../../mod.ts";
import type { Mesh } from "../../../lib/codec/mod.ts";
import { WindingNumber, windingTree } from "../../../lib/data/mesh/mod.ts";
import { exists } from "../../support/exists.ts";
import { cube, moved, rotation, sphere, torus } from "../../support/meshes.ts";
import { randomNumbers } from "../../support/random_numbers.ts";

/** Σ Ω/4π over all triangles in f64. */
function exactWinding({ positions, indices }: Mesh, q: number[]): number {
  const norm = (v: number[]) => Math.hypot(...v);
  const dot = (a: number[], b: number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  let sum = 0;
  for (let i = 0; i < indices.length; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => q.map((value, axis) => positions[3 * indices[i + k] + axis] - value));
    const cross = [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]];
    const below = norm(a) * norm(b) * norm(c) + dot(a, b) * norm(c) + dot(b, c) * norm(a) + dot(c, a) * norm(b);
    sum += 2 * Math.atan2(dot(a, cross), below);
  }
  return sum / (4 * Math.PI);
}

const random = randomNumbers(7);
const uniformPoints = (count: number) => Float32Array.from({ length: 3 * count }, () => 2 * random() - 1);
const pointOf = (points: Mesh["positions"], i: number) => [...points.subarray(3 * i, 3 * i + 3)];

/** Share of points farther than `margin` from the surface whose label is that of a signed distance (negative inside). */
function agreement(
  points: Float32Array,
  winding: Float32Array,
  margin: number,
  distance: (p: number[]) => number,
): number {
  let right = 0;
  let all = 0;
  winding.forEach((w, i) => {
    const d = distance(pointOf(points, i));
    if (Math.abs(d) <= margin) return;
    all++;
    if ((w > 0.5) === (d < 0)) right++;
  });
  return right / all;
}

const torusDistance = (major: number, minor: number) => ([x, y, z]: number[]) =>
  Math.hypot(Math.hypot(x, y) - major, z) - minor;

Deno.test("winding numbers are the exact sums, and close to them with the far-field expansion", async () => {
  using gpu = await openDevice();
  const open = torus(0.6, 0.25, 20, 15);
  const holed = { positions: open.positions, indices: open.indices.slice(0, open.indices.length - 90) };
  for (const mesh of [cube(), torus(0.6, 0.25, 13, 9), sphere(0.8, 9, 12), holed]) {
    const points = uniformPoints(500);
    const exact = Float64Array.from({ length: 500 }, (_, i) => exactWinding(mesh, pointOf(points, i)));
    for (const [accuracy, tolerance] of [[1e4, 5e-5], [2, 0.08], [4, 0.012]]) {
      using winding = new WindingNumber(gpu, mesh, accuracy);
      const found = await winding.at(points);
      assertLess(Math.max(...found.map((w, i) => Math.abs(w - exact[i]))), tolerance);
      assertEquals(await winding.at(points), found);
    }
  }
});

Deno.test("operands from buffers and from textures give the same winding numbers, bit for bit", async () => {
  using gpu = await openDevice();
  using winding = new WindingNumber(gpu, torus(0.6, 0.25, 31, 17));
  const points = uniformPoints(333);
  gpu.tuner.adopt({ operands: "buffer" });
  const fromBuffers = await winding.at(points);
  gpu.tuner.adopt({ operands: "texture" });
  assertEquals(await winding.at(points), fromBuffers);
});

Deno.test("labels of sphere, cube and torus are the analytic ones outside rounding", async () => {
  using gpu = await openDevice();
  const points = uniformPoints(20_000);
  const cases: [Mesh, number, (p: number[]) => number][] = [
    [sphere(0.8, 64, 128), 0.002, (p) => Math.hypot(...p) - 0.8],
    [cube(0.5), 1e-5, (p) => Math.max(...p.map(Math.abs)) - 0.5],
    [torus(0.6, 0.25, 128, 64), 0.002, torusDistance(0.6, 0.25)],
  ];
  for (const [mesh, margin, distance] of cases) {
    using winding = new WindingNumber(gpu, mesh);
    assertEquals(agreement(points, await winding.at(points), margin, distance), 1);
  }
});

const torusFile = new URL("../../../../shared/data/meshes/torus_4.6k.obj", import.meta.url);
Deno.test({
  name: "labels of a torus from a file agree with the analytic one on 100 000 points" +
    (exists(torusFile) ? "" : " (skipped: the file is not there)"),
  ignore: !exists(torusFile),
  fn: async () => {
    using gpu = await openDevice();
    const { mesh, transform } = normaliseMesh(await decodeMesh(Deno.readFileSync(torusFile), "torus.obj"));
    using winding = new WindingNumber(gpu, mesh);
    const points = uniformPoints(100_000);
    const { scale } = transform;
    // Its axis is y.
    const distance = ([x, y, z]: number[]) => torusDistance(scale, 0.25 * scale)([x, z, y]);
    assertGreater(agreement(points, await winding.at(points), 0.01, distance), 0.999);
  },
});

Deno.test("rotations, shifts and scales of the input change no label", async () => {
  using gpu = await openDevice();
  const mesh = torus(0.6, 0.25, 40, 30);
  const points = uniformPoints(2000);
  const label = async (input: Mesh, move: (p: number[]) => number[]) => {
    const { mesh: normalised, transform } = normaliseMesh(input);
    using winding = new WindingNumber(gpu, normalised);
    const { centre, scale } = transform;
    const placed = moved(
      { positions: points, indices: new Uint32Array() },
      (p) => move(p).map((value, axis) => (value - centre[axis]) * scale),
    );
    return (await winding.at(placed.positions)).map((w) => w > 0.5 ? 1 : 0);
  };
  const expected = await label(mesh, (p) => p);
  for (let i = 0; i < 5; i++) {
    const turn = rotation([random() - 0.5, random() - 0.5, random() - 0.5], 6 * random());
    const size = 10 ** (4 * random() - 2);
    const move = (p: number[]) => turn(p).map((value, axis) => size * value + axis);
    const found = await label(moved(mesh, move), move);
    const other = found.reduce((sum, each, k) => sum + (each === expected[k] ? 0 : 1), 0);
    assertLess(other, 2, "only a point that lies within rounding of the surface may change");
  }
});

Deno.test("holes, duplicate faces and degenerate faces leave labels away from them alone", async () => {
  using gpu = await openDevice();
  const whole = sphere(0.8, 32, 64);
  const points = uniformPoints(5000);
  const distance = (p: number[]) => Math.hypot(...p) - 0.8;
  // A cap around the pole is missing: 2 of 32 rings.
  const holed = { positions: whole.positions, indices: whole.indices.slice(3 * 3 * 64) };
  using open = new WindingNumber(gpu, holed);
  const found = await open.at(points);
  const away = Float32Array.from(
    found,
    (w, i) => Math.hypot(points[3 * i], points[3 * i + 1], points[3 * i + 2] - 0.8) < 0.4 ? NaN : w,
  );
  let wrong = 0;
  away.forEach((w, i) => {
    const d = distance(pointOf(points, i));
    if (!Number.isNaN(w) && Math.abs(d) > 0.02 && (w > 0.5) !== (d < 0)) wrong++;
  });
  assertEquals(wrong, 0);
  const repeated = new Uint32Array(whole.indices.length + 300 + 30);
  repeated.set(whole.indices);
  repeated.set(whole.indices.subarray(0, 300), whole.indices.length);
  // Faces between a vertex and itself, and along an edge and back.
  for (let i = 0; i < 30; i += 3) repeated.set([i, i + 1, i + (i % 2)], whole.indices.length + 300 + i);
  using messy = new WindingNumber(gpu, { positions: whole.positions, indices: repeated });
  assertEquals(agreement(points, await messy.at(points), 0.02, distance), 1);
});

Deno.test("the hierarchy holds every face once, also where all centres are equal", () => {
  const one = [0, 1, 2, 3, 4, 5];
  for (const faces of [1, 2, 3, 5, 64, 65]) {
    const indices = Uint32Array.from({ length: 3 * faces }, (_, i) => one[i % 3]);
    const { nodes } = windingTree({ positions: new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]), indices });
    const found: number[] = [];
    for (let node = 1; node < nodes.length / 12; node++) if (nodes[12 * node + 3] < 0) found.push(nodes[12 * node + 7]);
    assertEquals(found.sort((a, b) => a - b), Array.from({ length: faces }, (_, i) => i));
  }
  assertThrows(
    () => windingTree({ positions: new Float32Array(3), indices: new Uint32Array([0, 0, 1]) }),
    Error,
    "refers to",
  );
});

Deno.test("points that are not finite or lie on a corner end, and disturb no others", async () => {
  using gpu = await openDevice();
  using winding = new WindingNumber(gpu, cube());
  const found = await winding.at(
    new Float32Array([NaN, 0, 0, 0, 0, 0, Infinity, 0, 0, 0.5, 0.5, 0.5, 2, NaN, NaN, 2, 0, 0]),
  );
  assertAlmostEquals(found[1], 1, 1e-5);
  assertAlmostEquals(found[5], 0, 1e-2);
  assertEquals(Number.isFinite(found[3]), true);
});

Deno.test("points may be plain numbers, and a mesh of plain numbers is refused in a sentence", async () => {
  using gpu = await openDevice();
  const mesh = cube();
  using winding = new WindingNumber(gpu, mesh);
  assertEquals(await winding.at([0, 0, 0, 2, 2, 2]), await winding.at(new Float32Array([0, 0, 0, 2, 2, 2])));
  const plain = { positions: [...mesh.positions], indices: [...mesh.indices] } as unknown as Mesh;
  assertThrows(
    () => new WindingNumber(gpu, plain),
    TypeError,
    "windingTree: expected positions as Float32Array or Float64Array and indices as Uint32Array, found Array and Array.",
  );
});

Deno.test("labelling leaves no buffer behind", async () => {
  using gpu = await openDevice();
  {
    using winding = new WindingNumber(gpu, cube());
    await winding.at(new Float32Array(3));
  }
  assertEquals(gpu.liveBuffers, 0);
});

Deno.test("meshes that 32 bits are too few for, and accuracies that are none, are refused", async () => {
  using gpu = await openDevice();
  const at = (size: number, x: number) => {
    const { positions, indices } = moved(cube(), ([a, b, c]) => [size * a, size * b, size * c]);
    return { positions: Float64Array.from(positions, (value, i) => i % 3 === 0 ? value + x : value), indices };
  };
  for (const mesh of [at(1, 1e7), at(1e12, 0), at(1e-16, 0)]) {
    assertThrows(() => new WindingNumber(gpu, mesh), RangeError, "winding number: expected a mesh of a size from");
  }
  for (const accuracy of [0, -1, NaN]) {
    assertThrows(() => windingTree(cube(), accuracy), RangeError, "accuracy: expected a positive number");
  }
  assertEquals(gpu.liveBuffers, 0);
});
