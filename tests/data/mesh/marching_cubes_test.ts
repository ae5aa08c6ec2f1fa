import { assert, assertAlmostEquals, assertEquals, assertLess, assertRejects } from "@std/assert";
import { createField, extractMesh, gaussian, mlp, openDevice } from "../../../mod.ts";
import { type Mesh, weldVertices } from "../../../lib/codec/mod.ts";
import { type Grid, inspectMesh, marchingCubes, WindingNumber } from "../../../lib/data/mesh/mod.ts";
import { randomNumbers } from "../../support/random_numbers.ts";

/** Slices of a function on a grid. */
function* slicesOf({ size, origin, spacing }: Grid, value: (x: number, y: number, z: number) => number) {
  for (let k = 0; k < size[2]; k++) {
    yield Float32Array.from({ length: size[0] * size[1] }, (_, at) => {
      const place = [at % size[0], Math.floor(at / size[0]), k];
      const [x, y, z] = place.map((step, axis) => origin[axis] + spacing * step);
      return value(x, y, z);
    });
  }
}

const cubeGrid = (cells: number): Grid => ({
  size: [cells + 1, cells + 1, cells + 1],
  origin: [-1, -1, -1],
  spacing: 2 / cells,
});

/** Every edge has exactly two faces, in opposite directions, and no position comes twice. */
function assertWatertight(mesh: Mesh) {
  const { boundaryEdges, crowdedEdges, misorientedEdges, volume, vertices } = inspectMesh(mesh);
  assertEquals({ boundaryEdges, crowdedEdges, misorientedEdges }, {
    boundaryEdges: 0,
    crowdedEdges: 0,
    misorientedEdges: 0,
  });
  assert(volume > 0, `volume ${volume}`);
  assertEquals(weldVertices(mesh).positions.length / 3, vertices);
}

Deno.test("noise, which makes every kind of cell, gives a watertight surface that keeps each sample on its side", async () => {
  const random = randomNumbers(1);
  using gpu = await openDevice({ kernels: "register" });
  const grid: Grid = { size: [14, 11, 17], origin: [-0.7, 0.3, 2], spacing: 0.1 };
  for (const share of [0.5, 0.2, 0.8]) {
    const slices = [...slicesOf(grid, () => random() - share)];
    const mesh = await marchingCubes(grid, slices);
    assertWatertight(mesh);
    using winding = new WindingNumber(gpu, mesh, 10);
    const points: number[] = [];
    const expected: number[] = [];
    slices.forEach((slice, k) => {
      slice.forEach((value, at) => {
        const place = [at % 14, Math.floor(at / 14), k];
        points.push(...place.map((step, axis) => grid.origin[axis] + 0.1 * step));
        const border = place.some((step, axis) => step === 0 || step === grid.size[axis] - 1);
        expected.push(value > 0 && !border ? 1 : 0);
      });
    });
    const found = await winding.at(new Float32Array(points));
    assertLess(Math.max(...found.map((w, i) => Math.abs(w - expected[i]))), 0.1);
  }
});

Deno.test("exact zeros and tiny values give no two vertices at one place", async () => {
  const random = randomNumbers(2);
  const grid = cubeGrid(8);
  assertWatertight(
    await marchingCubes(grid, slicesOf(grid, () => [0, 1, -1, 1e-30, -1e-30][Math.floor(5 * random())])),
  );
});

Deno.test("a sphere has its volume, oriented outward", async () => {
  const grid = cubeGrid(40);
  const mesh = await marchingCubes(grid, slicesOf(grid, (x, y, z) => 0.8 - Math.hypot(x, y, z)));
  assertWatertight(mesh);
  assertAlmostEquals(inspectMesh(mesh).volume, 4 / 3 * Math.PI * 0.512, 0.01);
  for (let i = 0; i < mesh.positions.length; i += 3) {
    assertAlmostEquals(Math.hypot(...mesh.positions.subarray(i, i + 3)), 0.8, 2e-3);
  }
});

Deno.test("what reaches the border is closed there, and nothing inside gives no faces", async () => {
  const grid = cubeGrid(12);
  const full = await marchingCubes(grid, slicesOf(grid, () => 1));
  assertWatertight(full);
  // Its edges and corners are cut off.
  assertAlmostEquals(inspectMesh(full).volume, 8, 0.4);
  assertEquals((await marchingCubes(grid, slicesOf(grid, () => -1))).indices.length, 0);
});

Deno.test("slices that are missing, too many, of a wrong size or not finite are refused", async () => {
  const grid = cubeGrid(2);
  const slices = [...slicesOf(grid, () => 1)];
  await assertRejects(() => marchingCubes(grid, slices.slice(1)), RangeError, "expected 3 slices, found 2.");
  await assertRejects(() => marchingCubes(grid, [...slices, slices[0]]), RangeError, "expected 3 slices, found more.");
  await assertRejects(() => marchingCubes(grid, [new Float32Array(4)]), RangeError, "slices of 9 samples");
  const bad = [...slicesOf(grid, (x) => x > 0.5 ? NaN : 1)];
  await assertRejects(() => marchingCubes(grid, bad), RangeError, "finite samples, found NaN at (2, 0, 0)");
  for (const spacing of [0, -1, NaN]) {
    await assertRejects(
      () => marchingCubes({ ...grid, spacing }, slices),
      RangeError,
      "expected a finite origin and a positive spacing",
    );
  }
});

Deno.test("a field's surface agrees with the field, whatever the chunks, and leaves no buffer behind", async () => {
  using gpu = await openDevice({ kernels: "register" });
  {
    using field = createField(
      gpu,
      mlp({ inputs: 3, hidden: [16, 16], outputs: 1, activation: gaussian({ sigma: 0.3 }) }),
      {
        seed: 8,
      },
    );
    const mesh = await extractMesh(field, { resolution: 48 });
    assertWatertight(mesh);
    assertEquals(await extractMesh(field, { resolution: 48, memory: 300_000 }), mesh);
    const random = randomNumbers(3);
    const points = Float32Array.from({ length: 6000 }, () => 1.9 * random() - 0.95);
    const logits = await field.evaluate(points);
    using winding = new WindingNumber(gpu, mesh, 4);
    const found = await winding.at(points);
    const agree = found.filter((w, i) => w > 0.5 === logits[i] > 0).length;
    assert(agree >= 0.97 * 2000, `${agree} of 2000`);
  }
  assertEquals(gpu.liveBuffers, 0);
});
