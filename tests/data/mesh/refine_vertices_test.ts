import { assert, assertEquals, assertLess } from "@std/assert";
import { marchingCubes } from "../../../lib/data/mesh/mod.ts";
import type { Grid } from "../../../lib/data/mesh/marching_cubes.ts";
import { refineVertices } from "../../../lib/data/mesh/refine_vertices.ts";

const n = 17;
const grid: Grid = { size: [n, n, n], origin: [-1, -1, -1], spacing: 1 / 8 };

type Scalar = (x: number, y: number, z: number) => number;

/** Marching cubes of a function, before and after its vertices were moved. */
async function extract(f: Scalar) {
  const at = (i: number) => i / 8 - 1;
  const slices = Array.from(
    { length: n },
    (_, k) => Float32Array.from({ length: n * n }, (_, i) => f(at(i % n), at(Math.floor(i / n)), at(k))),
  );
  const mesh = await marchingCubes(grid, slices);
  const before = mesh.positions.slice();
  await refineVertices(mesh, grid, valuesOf(f));
  return { ...mesh, before };
}

function valuesOf(f: Scalar) {
  return (points: Float32Array) =>
    Promise.resolve(
      Float32Array.from(
        { length: points.length / 3 },
        (_, i) => f(points[3 * i], points[3 * i + 1], points[3 * i + 2]),
      ),
    );
}

/** The farthest that a vertex is from the sphere of radius ½. */
function offSphere(positions: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < positions.length; i += 3) {
    most = Math.max(most, Math.abs(Math.hypot(positions[i], positions[i + 1], positions[i + 2]) - 0.5));
  }
  return most;
}

Deno.test("vertices come to lie where a steep and flat function is 0, each on its edge", async () => {
  const ball: Scalar = (x, y, z) => Math.max(-3, Math.min(3, 1000 * (0.5 - Math.hypot(x, y, z))));
  const { positions, before } = await extract(ball);
  assert(offSphere(before) > 0.04);
  // A 32nd of an edge, and the margin that vertices keep from its ends.
  assertLess(offSphere(positions), 0.125 / 32 + 0.125 / 1024);
  let moved = 0;
  for (let i = 0; i < positions.length; i += 3) {
    const axes = [0, 1, 2].filter((axis) => positions[i + axis] !== before[i + axis]);
    moved += axes.length;
    assert(axes.length <= 1);
    for (const axis of axes) {
      assertEquals(Math.floor((positions[i + axis] + 1) * 8), Math.floor((before[i + axis] + 1) * 8));
    }
  }
  assert(moved > positions.length / 6);
});

Deno.test("what fills the grid is closed at its border", async () => {
  const { positions, before } = await extract(() => 1);
  const reach = (of: ArrayLike<number>) =>
    Math.min(
      ...Array.from(of, (_, i) => i % 3).map((_, i) => {
        const at = 3 * Math.floor(i / 3);
        return Math.max(Math.abs(of[at]), Math.abs(of[at + 1]), Math.abs(of[at + 2]));
      }),
    );
  assert(reach(before) > 1 - 0.125 && reach(positions) >= 1 - 0.126 / 1024, `${reach(before)}, ${reach(positions)}`);
});

Deno.test("where no sign changes any more a vertex stays", async () => {
  const mesh = await marchingCubes(
    grid,
    Array.from({ length: n }, (_, k) => Float32Array.from({ length: n * n }, (_, i) => k === 8 && i === 144 ? 1 : -1)),
  );
  const before = mesh.positions.slice();
  await refineVertices(mesh, grid, valuesOf(() => -1));
  assertEquals(mesh.positions, before);
});
