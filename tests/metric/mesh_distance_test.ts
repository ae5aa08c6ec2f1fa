import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { compareMeshes } from "../../lib/metric/mod.ts";
import { NearestOnMesh } from "../../lib/data/mesh/nearest.ts";
import { cube, moved, sphere, torus } from "../support/meshes.ts";
import { randomNumbers } from "../support/random_numbers.ts";

Deno.test("a mesh has distance 0 from itself and from the same surface cut differently", () => {
  const mesh = torus(0.6, 0.25, 20, 15);
  const self = compareMeshes(mesh, mesh, { count: 2000 });
  assertAlmostEquals(self.chamfer, 0, 1e-7);
  assertAlmostEquals(self.normalConsistency, 1, 1e-3);
  const { positions, indices } = cube();
  // Quadrilaterals cut along the other diagonal.
  const other = Uint32Array.from({ length: indices.length }, (_, i) => {
    const quad = 6 * Math.floor(i / 6);
    const [a, b, c, d] = [indices[quad], indices[quad + 1], indices[quad + 2], indices[quad + 5]];
    return [a, b, d, b, c, d][i % 6];
  });
  const cut = compareMeshes({ positions, indices: other }, cube(), { count: 2000 });
  assertAlmostEquals(cut.chamfer, 0, 1e-7);
  assert(cut.normalConsistency > 0.99);
});

Deno.test("concentric spheres are as far apart as their radii, with the same normals", () => {
  const distance = compareMeshes(sphere(0.7, 60, 120), sphere(0.8, 60, 120), { count: 3000 });
  assertAlmostEquals(distance.resultToTarget, 0.1, 1e-3);
  assertAlmostEquals(distance.targetToResult, 0.1, 1e-3);
  assertAlmostEquals(distance.chamfer, 0.1, 1e-3);
  assert(distance.normalConsistency > 0.998);
});

Deno.test("what is missing shows from the target, what is too much from the result", () => {
  const one = sphere(0.3, 20, 40);
  const shifted = moved(one, ([x, y, z]) => [x + 2, y, z]);
  const both = {
    positions: new Float32Array([...one.positions, ...shifted.positions]),
    indices: new Uint32Array([...one.indices, ...shifted.indices.map((i) => i + one.positions.length / 3)]),
  };
  const missing = compareMeshes(one, both, { count: 1000 });
  assertAlmostEquals(missing.resultToTarget, 0, 1e-6);
  assert(missing.targetToResult > 0.7);
});

Deno.test("the nearest place is that of a search through all faces", () => {
  const random = randomNumbers(5);
  const mesh = torus(0.6, 0.25, 12, 9);
  const nearest = new NearestOnMesh(mesh);
  for (let i = 0; i < 200; i++) {
    const [x, y, z] = [0, 0, 0].map(() => 2 * random() - 1);
    let best = Infinity;
    for (let face = 0; face < mesh.indices.length / 3; face++) {
      const one = new NearestOnMesh({ positions: mesh.positions, indices: mesh.indices.slice(3 * face, 3 * face + 3) });
      best = Math.min(best, one.find(x, y, z).distance);
    }
    assertEquals(nearest.find(x, y, z).distance, best);
  }
});

Deno.test("the distance from a triangle is right beside its corners, its edges and its inside", () => {
  const nearest = new NearestOnMesh({
    positions: new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]),
    indices: new Uint32Array([0, 1, 2]),
  });
  const cases: [number, number, number, number][] = [
    [-3, -4, 0, 5],
    [4, -4, 0, 5],
    [-3, 5, 0, 5],
    [0.5, -2, 0, 2],
    [-2, 0.5, 0, 2],
    [1, 1, 0, Math.SQRT1_2],
    [0.2, 0.2, 3, 3],
  ];
  for (const [x, y, z, distance] of cases) assertAlmostEquals(nearest.find(x, y, z).distance, distance, 1e-12);
});
