import { assert, assertAlmostEquals, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { decodeMesh } from "../../../mod.ts";
import type { Mesh } from "../../../lib/codec/mod.ts";
import { inspectMesh } from "../../../lib/data/mesh/mod.ts";
import { compareMeshes } from "../../../lib/metric/mod.ts";
import { areaVector } from "../../../lib/data/mesh/inspect.ts";
import { triangulate } from "../../../lib/codec/mesh/triangulate.ts";
import { rotation } from "../../support/meshes.ts";
import { cpuMilliseconds } from "../../support/clock.ts";

type Outline = readonly (readonly number[])[];

/** Two vertices a corner, at z = 0 and 1. */
const ends = (outline: Outline) => [0, 1].flatMap((z) => outline.map(([x, y]) => `v ${x} ${y} ${z}`));

/** A prism over a polygon: its two ends, which the caller gives as faces, and a rectangle over each side. */
function prism(outline: Outline, caps: string[]): Promise<Mesh> {
  const n = outline.length;
  const sides = outline.map((_, i) => `f ${i + 1} ${(i + 1) % n + 1} ${(i + 1) % n + 1 + n} ${i + 1 + n}`);
  return decodeMesh(new TextEncoder().encode([...ends(outline), ...caps, ...sides, ""].join("\n")), "prism.obj");
}

/** Both ends of a prism as one polygon each, which begins at a corner. */
function wholeCaps(n: number, from: number): string[] {
  const ring = Array.from({ length: n }, (_, i) => (i + from) % n);
  return [`f ${ring.toReversed().map((i) => i + 1).join(" ")}`, `f ${ring.map((i) => i + 1 + n).join(" ")}`];
}

const U: Outline = [[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3]];

Deno.test("concave polygons are covered as they are, wherever they begin", async () => {
  const rectangles = [[0, 5, 6, 7], [0, 1, 4, 5], [1, 2, 3, 4]];
  const exact = await prism(U, [
    ...rectangles.map((corners) => `f ${corners.toReversed().map((i) => i + 1).join(" ")}`),
    ...rectangles.map((corners) => `f ${corners.map((i) => i + 9).join(" ")}`),
  ]);
  for (let from = 0; from < U.length; from++) {
    const read = await prism(U, wholeCaps(8, from));
    const { area, volume, boundaryEdges, misorientedEdges } = inspectMesh(read);
    assertAlmostEquals(area, 2 * 7 + 16, 1e-6);
    assertAlmostEquals(volume, 7, 1e-6);
    assertEquals([boundaryEdges, misorientedEdges], [0, 0]);
    const { chamfer, normalConsistency } = compareMeshes(read, exact, { count: 2000 });
    assertAlmostEquals(chamfer, 0, 1e-6);
    // On an edge either face may be found.
    assertGreater(normalConsistency, 0.998);
  }
});

Deno.test("a quad with a corner that points inward is parted through that corner", async () => {
  for (let from = 0; from < 4; from++) {
    const { area } = inspectMesh(await prism([[0, 0], [2, -1], [0.5, 0], [2, 1]], wholeCaps(4, from)));
    const sides = 2 * (Math.hypot(2, 1) + Math.hypot(1.5, 1));
    assertAlmostEquals(area, 2 * 0.5 + sides, 1e-6);
  }
});

/** The area that triangles cover, and the least one's. */
function areas(positions: Float64Array, triangles: number[]): { sum: number; least: number } {
  const mesh = { positions: new Float32Array(positions), indices: new Uint32Array(triangles) };
  const sizes = Array.from({ length: triangles.length / 3 }, (_, face) => Math.hypot(...areaVector(mesh, face)));
  return { sum: sizes.reduce((sum, size) => sum + size, 0), least: Math.min(...sizes) };
}

const ring = (n: number) => Array.from({ length: n }, (_, i) => i);

Deno.test("a comb in any plane, corners in line, and an outline that joins a hole are covered once", () => {
  const comb = [[0, 0], [9, 0], ...ring(5).flatMap((k) => [[9 - 2 * k, 3], [8 - 2 * k, 0.5]])].slice(0, -1);
  const square = [[0, 0], [1, 0], [2, 0], [2, 1], [2, 2], [1, 2], [0, 2], [0, 1]];
  // From (0, 0) to the hole, around it clockwise, and back.
  const hole = [[0, 0], [3, 0], [3, 3], [0, 3], [0, 0], [1, 1], [1, 2], [2, 2], [2, 1], [1, 1]];
  const size = (outline: Outline) =>
    outline.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = outline[(i + 1) % outline.length];
      return sum + (x * nextY - y * nextX) / 2;
    }, 0);
  const turns = [[0, 0, 1, 0], [1, 0, 0, 2], [1, 2, -3, 2.5], [1, 1, 0, Math.PI]];
  for (const outline of [comb, square, hole]) {
    for (const [x, y, z, angle] of turns) {
      const turn = rotation([x, y, z], angle);
      const positions = new Float64Array(outline.flatMap(([a, b]) => turn([a, b, 0.7])));
      const triangles = triangulate(positions, ring(outline.length))!;
      assertEquals(triangles.length, 3 * (outline.length - 2));
      const { sum, least } = areas(positions, triangles);
      assertAlmostEquals(sum, size(outline), 1e-5);
      assertGreater(least, 0.01);
    }
  }
});

Deno.test("polygons that cross themselves, are bent, or have no area give triangles of their own corners", () => {
  const shapes: number[][] = [
    [0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0],
    [0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, -1, 0.5, -3],
    [0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 1, 0, 0],
    Array(15).fill(2),
  ];
  for (const shape of shapes) {
    const n = shape.length / 3;
    const triangles = triangulate(shape, ring(n))!;
    assertEquals(triangles.length, 3 * (n - 2));
    assert(triangles.every((corner) => corner >= 0 && corner < n));
  }
});

Deno.test("a polygon of thousands of corners is cut within seconds", () => {
  const n = 6000;
  const outline = ring(n).flatMap((i) => {
    const [radius, angle] = [i % 2 === 0 ? 1 : 0.9, 2 * Math.PI * i / n];
    return [radius * Math.cos(angle), radius * Math.sin(angle), 0];
  });
  const begin = cpuMilliseconds();
  const { sum } = areas(new Float64Array(outline), triangulate(outline, ring(n))!);
  assertAlmostEquals(sum, n / 2 * 0.9 * Math.sin(2 * Math.PI / n), 1e-5);
  assert(cpuMilliseconds() - begin < 10_000);
});

/** Outlines that take long if each cut looks at many corners, with the areas they should cover where they are simple. */
const outlines: Record<string, (i: number, n: number) => [number, number]> = {
  comb: (i, n) => [i, i === 0 || i === n - 1 ? -3 : i % 2 === 1 ? 100 : 0],
  slantingComb: (i, n) => {
    const height = i === 0 || i === n - 1 ? -n : i % 2 === 1 ? n : 0;
    return [i - height, i + height];
  },
  spiral: (i, n) => {
    const turn = 0.05 * (i < n / 2 ? i : n - 1 - i);
    const radius = turn + (i < n / 2 ? 0 : 2);
    return [radius * Math.cos(turn), radius * Math.sin(turn)];
  },
  square: (i, n) => {
    const along = (i % (n / 4)) / (n / 4);
    return ([[along, 0], [1, along], [1 - along, 1], [0, 1 - along]] as const)[Math.floor(4 * i / n)] as [
      number,
      number,
    ];
  },
  tangle: (i) => [(i * 7919) % 4001, (i * 104_729) % 3989],
  line: (i) => [i % 97, 0],
  hub: (i) => i % 2 === 1 ? [Math.cos(i), Math.sin(i)] : [0, 0],
};

Deno.test("polygons of 16 000 corners are cut within 2 s, whatever they look like", () => {
  const n = 16_000;
  for (const [name, outline] of Object.entries(outlines)) {
    const positions = new Float64Array(ring(n).flatMap((i) => [...outline(i, n), 0]));
    const begin = cpuMilliseconds();
    const triangles = triangulate(positions, ring(n))!;
    assert(cpuMilliseconds() - begin < 2000, name);
    assertEquals(triangles.length, 3 * (n - 2), name);
    if (["tangle", "line", "hub"].includes(name)) continue;
    let twice = 0;
    for (let i = 0; i < n; i++) {
      const [a, b] = [3 * i, 3 * ((i + 1) % n)];
      twice += positions[a] * positions[b + 1] - positions[a + 1] * positions[b];
    }
    assertAlmostEquals(areas(positions, triangles).sum / Math.abs(twice / 2), 1, 1e-4, name);
  }
});

Deno.test("a tangle of very many corners is refused with its place", async () => {
  const n = 2 ** 17 + 1;
  const lines = ring(n).map((i) => `v ${outlines.tangle(i, n).join(" ")} 0`);
  const text = `${lines.join("\n")}\nf ${ring(n).map((i) => i + 1).join(" ")}\n`;
  const { message } = await assertRejects(() => decodeMesh(new TextEncoder().encode(text), "x.obj"), Error);
  const found = `found one of ${n} corners that is too intricate.`;
  assertEquals(message, `x.obj, line ${n + 1}: expected faces that are simple polygons, ${found}`);
});
