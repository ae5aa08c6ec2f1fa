import { assertEquals } from "@std/assert";
import { windingsByCrossings } from "../../../lib/data/mesh/crossings.ts";
import { windingAt } from "../../../lib/data/mesh/winding_at.ts";
import { windingTree } from "../../../lib/data/mesh/winding_tree.ts";
import { randomNumbers } from "../../support/random_numbers.ts";
import { flipped, moved, sphere, together, torus } from "../../support/meshes.ts";
import { voxels } from "../../support/voxels.ts";

Deno.test("winding numbers by crossings are those of the hierarchy, for points in general position", () => {
  const random = randomNumbers(1);
  const nested = together(sphere(0.8, 9, 12), flipped(sphere(0.5, 9, 12)), sphere(0.3, 9, 12), sphere(0.4, 9, 12));
  for (const mesh of [torus(0.6, 0.25, 20, 15), nested, flipped(sphere(0.7, 8, 8))]) {
    const points = Float64Array.from({ length: 3 * 2000 }, () => 2 * random() - 1);
    const tree = windingTree(mesh, 8);
    const found = windingsByCrossings(mesh, new Uint8Array(mesh.indices.length / 3).fill(1), points, Infinity)!;
    const expected = Array.from(found, (_, i) => Math.round(windingAt(tree, ...point(points, i))));
    assertEquals([...found], expected);
  }
});

Deno.test("rays through corners and along edges count as beside them, on the same side for all faces", () => {
  const random = randomNumbers(2);
  for (let trial = 0; trial < 20; trial++) {
    const solid = Array.from({ length: 64 }, () => random() < 0.6);
    const isSolid = (x: number, y: number, z: number) => solid[x + 4 * y + 16 * z];
    const { mesh } = voxels({ size: [4, 4, 4], isSolid, isCutOtherwise: () => random() < 0.5 });
    const counted = new Uint8Array(mesh.indices.length / 3).fill(1);
    // In the middle of the voxels, where all diagonals cross, and then with rays of each axis on the corners of the other parts.
    const points = Float64Array.from(
      { length: 3 * 64 },
      (_, i) => 0.5 + Math.floor(Math.floor(i / 3) / 4 ** (i % 3)) % 4,
    );
    assertEquals([...windingsByCrossings(mesh, counted, points, Infinity)!], solid.map(Number));
    const beside = together(
      mesh,
      moved(mesh, ([x, y, z]) => [x + 8, y + 0.5, z + 0.5]),
      moved(mesh, (p) => p.map((v) => v + 8.5)),
    );
    const all = new Uint8Array(beside.indices.length / 3).fill(1);
    assertEquals([...windingsByCrossings(beside, all, points, Infinity)!], solid.map(Number));
  }
});

Deno.test("too many comparisons are not begun, and faces that are not marked do not count", () => {
  const mesh = torus(0.6, 0.25, 20, 15);
  const points = new Float64Array(300).fill(0.1);
  const faces = mesh.indices.length / 3;
  assertEquals(windingsByCrossings(mesh, new Uint8Array(faces).fill(1), points, 10), undefined);
  assertEquals(windingsByCrossings(mesh, new Uint8Array(faces), points, 10), new Int32Array(100));
});

const point = (points: Float64Array, i: number): [number, number, number] => [
  points[3 * i],
  points[3 * i + 1],
  points[3 * i + 2],
];
