import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  adam,
  binaryCrossEntropy,
  createField,
  createOptimizer,
  decodeCheckpoint,
  encodeCheckpoint,
  esgd,
  gaussian,
  type Gpu,
  mlp,
  OccupancySampler,
  openDevice,
  type OptimizerSpec,
  scoreOccupancy,
  train,
} from "../../../mod.ts";
import { inspectMesh, type PointRequest } from "../../../lib/data/mesh/mod.ts";
import { randomWords } from "../../../lib/gpu/mod.ts";
import { areaVector } from "../../../lib/data/mesh/inspect.ts";
import { surfaceTable } from "../../../lib/data/mesh/surface_table.ts";
import { cube, moved, sphere } from "../../support/meshes.ts";

/** Points and labels of some sample numbers. */
async function draw(gpu: Gpu, sampler: OccupancySampler, samples: Uint32Array, options: Partial<PointRequest> = {}) {
  const rows = samples.length;
  const paddedRows = rows + 3;
  using indices = gpu.buffer("indices", rows * 4);
  using points = gpu.buffer("points", paddedRows * 16);
  using labels = gpu.buffer("labels", paddedRows * 16);
  gpu.write(indices, samples);
  // What must be cleared.
  gpu.write(points, new Float32Array(paddedRows * 4).fill(9));
  gpu.write(labels, new Float32Array(paddedRows * 4).fill(9));
  sampler.record({
    points: { buffer: points, width: 3, stride: 4 },
    labels: [{ buffer: labels, width: 1, stride: 4 }],
    indices,
    first: 0,
    rows,
    paddedRows,
    epoch: 0,
    seed: 1,
    mix: "thirds",
    stream: 4,
    ...options,
  });
  const [a, b] = (await gpu.read(points, labels)).map((bytes) => new Float32Array(bytes));
  assert(a.every((value, i) => i % 4 < 3 && i < 4 * rows || value === 0));
  assert(b.every((value, i) => i % 4 === 0 && i < 4 * rows ? value === 0 || value === 1 : value === 0));
  return {
    points: Array.from({ length: rows }, (_, i) => [...a.subarray(4 * i, 4 * i + 3)]),
    labels: b.filter((_, i) => i % 4 === 0),
  };
}

const range = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

Deno.test("the alias table gives each face its share of the area", () => {
  const mesh = moved(sphere(0.8, 9, 7), ([x, y, z]) => [x, 3 * y, z * z * z]);
  const table = surfaceTable(mesh);
  const faces = mesh.indices.length / 3;
  const share = new Float64Array(faces);
  for (let face = 0; face < faces; face++) {
    share[face] += table[12 * face + 3] / faces;
    share[table[12 * face + 7]] += (1 - table[12 * face + 3]) / faces;
  }
  const { area } = inspectMesh(mesh);
  for (let face = 0; face < faces; face++) {
    assertAlmostEquals(share[face], Math.hypot(...areaVector(mesh, face)) / area, 1e-7);
  }
});

Deno.test("a third of the points is uniform, the others lie around the surface with deviations 0.1 and 0.01", async () => {
  using gpu = await openDevice();
  using sampler = new OccupancySampler(gpu, sphere(0.7, 64, 128));
  const count = 12_000;
  const { points, labels } = await draw(gpu, sampler, range(count));
  const of = (kind: number) => points.filter((_, i) => i % 3 === kind);
  for (let axis = 0; axis < 3; axis++) {
    const coordinates = of(0).map((p) => p[axis]);
    assertLess(Math.abs(mean(coordinates)), 0.04);
    assertAlmostEquals(deviation(coordinates), 2 / Math.sqrt(12), 0.02);
    assert(coordinates.every((value) => value >= -1 && value < 1));
  }
  const radial = (kind: number) => of(kind).map((p) => Math.hypot(...p) - 0.7);
  assertAlmostEquals(deviation(radial(1)), 0.1, 0.005);
  assertAlmostEquals(deviation(radial(2)), 0.01, 0.0005);
  assertAlmostEquals(mean(radial(2)), 0, 0.001);
  points.forEach((p, i) => {
    const distance = Math.hypot(...p) - 0.7;
    if (Math.abs(distance) > 0.002) assertEquals(labels[i], distance < 0 ? 1 : 0);
  });
});

Deno.test("half of the surface points are drawn by area, half by face", async () => {
  using gpu = await openDevice();
  // Two of the cube's twelve faces lie in its top, which is cut into many more.
  const { positions, indices } = cube(0.5);
  const small = Array.from({ length: 100 }, () => [...indices.subarray(0, 3)]).flat();
  using sampler = new OccupancySampler(gpu, { positions, indices: new Uint32Array([...indices, ...small]) });
  const count = 24_000;
  const { points } = await draw(gpu, sampler, range(count));
  const onSide = (half: number) => {
    const chosen = points.filter((_, i) => i % 3 === 2 && Math.floor(i / 3) % 2 === half);
    return chosen.filter(([x]) => Math.abs(x + 0.5) < 0.05).length / chosen.length;
  };
  // Face 0 lies at x = −½ (as face 1 does) and now counts 101 times, of 112 faces of the same area: both ways agree…
  const expected = 102 / 112;
  assertAlmostEquals(onSide(0), onSide(1), 0.03);
  assert(onSide(0) > expected - 0.03);
  // … and differ where areas do: a sliver is one of 13 faces, but has next to no area.
  const sliver = new Float32Array([...positions, -0.501, 0.5, 0.5]);
  using uneven = new OccupancySampler(gpu, {
    positions: sliver,
    indices: new Uint32Array([...indices, ...Array.from({ length: 24 }, () => [2, 6, 8]).flat()]),
  });
  const drawn = (await draw(gpu, uneven, range(count))).points;
  const onEdge = (half: number) => {
    const chosen = drawn.filter((_, i) => i % 3 === 2 && Math.floor(i / 3) % 2 === half);
    return chosen.filter(([x, y]) => Math.hypot(x + 0.5, y - 0.5) < 0.06).length / chosen.length;
  };
  assertLess(onEdge(0), 0.15);
  assert(onEdge(1) > 0.6);
});

Deno.test("a point depends on seed, epoch and its number only, not on the batch it comes in", async () => {
  using gpu = await openDevice();
  using sampler = new OccupancySampler(gpu, cube());
  const all = await draw(gpu, sampler, range(50));
  assertEquals(await draw(gpu, sampler, range(50)), all);
  const some = await draw(gpu, sampler, new Uint32Array([49, 3, 3, 20]));
  assertEquals(some.points, [49, 3, 3, 20].map((i) => all.points[i]));
  for (const other of [{ epoch: 1 }, { seed: 2 }, { stream: 5 }]) {
    const { points } = await draw(gpu, sampler, range(50), other);
    points.forEach((p, i) => assertNotEquals(p, all.points[i]));
  }
});

const description = mlp({ inputs: 3, hidden: [16, 16], outputs: 1, activation: gaussian({ sigma: 0.3 }) });

/** Trains on a cube from a checkpoint, or afresh, to so many steps; epochs of 400 points, batches of 64, the last of 16. */
async function checkpointAfter(spec: OptimizerSpec, steps: number, from?: Uint8Array, memory?: number) {
  using gpu = await openDevice();
  using field = createField(gpu, description, { seed: 3 });
  using optimizer = createOptimizer(gpu, spec, field.layout);
  using sampler = new OccupancySampler(gpu, cube());
  using data = sampler.data({ count: 400, seed: 5 });
  if (from !== undefined) decodeCheckpoint(from, field, optimizer);
  const losses: number[] = [];
  const options = { objective: binaryCrossEntropy(), data, batchSize: 64, seed: 5, epochs: 100, steps, memory };
  for await (const event of train({ field, optimizer, ...options })) losses.push(...event.losses);
  return { bytes: await encodeCheckpoint(field, optimizer), losses };
}

for (const spec of [adam({ learningRate: 3e-3 }), esgd({ warmup: 3, updateEvery: 5, initialProbes: 2 })]) {
  Deno.test(`${spec.name} on points: same seed, same bits; stopped within an epoch and resumed = uninterrupted`, async () => {
    const whole = await checkpointAfter(spec, 25);
    const half = await checkpointAfter(spec, 10);
    const resumed = await checkpointAfter(spec, 25, half.bytes);
    assertEquals(resumed.bytes, whole.bytes);
    assertEquals(whole.losses, [...half.losses, ...resumed.losses]);
  });
}

Deno.test("chunks of a batch hold the points that the whole batch would", async () => {
  const whole = await checkpointAfter(adam({ learningRate: 3e-3 }), 5);
  const chunked = await checkpointAfter(adam({ learningRate: 3e-3 }), 5, undefined, 40_000);
  whole.losses.forEach((loss, i) => assertAlmostEquals(chunked.losses[i], loss, 1e-5));
});

Deno.test("a field learns a cube, scores say so, and no buffer is left", async () => {
  using gpu = await openDevice();
  {
    using field = createField(gpu, description, { seed: 3 });
    using optimizer = createOptimizer(gpu, adam({ learningRate: 1e-2 }), field.layout);
    using sampler = new OccupancySampler(gpu, cube());
    using data = sampler.data({ count: 10_000 });
    const before = await scoreOccupancy(field, sampler, { count: 3000 });
    const options = { objective: binaryCrossEntropy(), data, batchSize: 500, epochs: 15 };
    for await (const event of train({ field, optimizer, ...options })) void event;
    const after = await scoreOccupancy(field, sampler, { count: 3000 });
    const chunked = await scoreOccupancy(field, sampler, { count: 3000, memory: 200_000 });
    assertEquals(chunked, after);
    assertLess(after.crossEntropy, before.crossEntropy);
    assert(after.iouUniform > 0.8 && after.iouNear > 0.6 && after.accuracy > 0.85, JSON.stringify(after));
    assert(
      after.iou >= Math.min(after.iouUniform, after.iouNear) && after.iou <= Math.max(after.iouUniform, after.iouNear),
    );
  }
  assertEquals(gpu.liveBuffers, 0);
});

Deno.test("sampled points are those that are trained on, with their labels, in chunks too", async () => {
  using gpu = await openDevice();
  {
    using sampler = new OccupancySampler(gpu, cube());
    for (const mix of ["thirds", "halves"] as const) {
      const expected = await draw(gpu, sampler, range(60), { epoch: 2, mix });
      const { points, inside } = await sampler.sample({ count: 60, seed: 1, epoch: 2, mix });
      assertEquals([...points], expected.points.flat());
      assertEquals(inside, expected.labels.slice(0, 60));
    }
    const many = await sampler.sample({ count: 2 ** 17 + 5, seed: 1 });
    const last = await draw(gpu, sampler, Uint32Array.from({ length: 5 }, (_, i) => 2 ** 17 + i));
    assertEquals([...many.points.subarray(3 * 2 ** 17)], last.points.flat());
    await assertRejects(() => sampler.sample({ count: 0 }), RangeError, "count must be a whole number from 1");
    const mix = "all" as "thirds";
    await assertRejects(() => sampler.sample({ mix }), RangeError, "mix must be one of thirds, halves, found all.");
    await assertRejects(() => sampler.sample({ epoch: -1 }), RangeError, "epoch must be a whole number from 0");
  }
  assertEquals(gpu.liveBuffers, 0);
});

Deno.test("where nothing is inside and nothing is said to be, intersection over union is 1", async () => {
  using gpu = await openDevice();
  using field = createField(gpu, description, { seed: 3 });
  using sampler = new OccupancySampler(gpu, cube(), { threshold: 5 });
  // Every logit is the bias of the last layer.
  for (const [bias, iou] of [[-10, 1], [10, 0]]) {
    field.parameters.write(new Float32Array(field.parameterCount).with(-1, bias));
    const scores = await scoreOccupancy(field, sampler, { count: 1000 });
    assertEquals([scores.iou, scores.iouUniform, scores.iouNear], [iou, iou, iou]);
  }
});

Deno.test("settings that make no sense are refused", async () => {
  using gpu = await openDevice();
  using sampler = new OccupancySampler(gpu, cube());
  assertThrows(() => sampler.data({ count: 0 }), RangeError, "count must be a whole number from 1");
  assertThrows(() => new OccupancySampler(gpu, cube(), { threshold: NaN }), RangeError, "threshold");
});

Deno.test("points are what the equations say of the generator's words", async () => {
  using gpu = await openDevice();
  const mesh = moved(cube(), ([x, y, z]) => [x, 0.5 * y, z * 0.9]);
  using sampler = new OccupancySampler(gpu, mesh);
  const table = surfaceTable(mesh);
  const count = 60;
  for (const [mix, period] of [["thirds", 3], ["halves", 4]] as const) {
    const epoch = 7;
    const words: number[][] = Array.from({ length: count }, () => []);
    for (let k = 0; k < 4; k++) {
      const drawn = await randomWords(gpu, { seed: 1, stream: 4, step: 4 * epoch + k }, 0, count);
      for (let i = 0; i < count; i++) words[i].push(drawn[2 * i], drawn[2 * i + 1]);
    }
    const fraction = (word: number) => (word >>> 8) / 2 ** 24;
    const normals = (a: number, b: number) => {
      const radius = Math.sqrt(-2 * Math.log(fraction(a) + 2 ** -24));
      const angle = 2 * Math.PI * (fraction(b) - 0.5);
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    };
    const { points } = await draw(gpu, sampler, range(count), { epoch, mix });
    points.forEach((point, i) => {
      const w = words[i];
      const kind = i % period;
      let expected = [w[0], w[1], w[2]].map((word) => 2 * fraction(word) - 1);
      if (kind === 1 || kind === period - 1) {
        let face = w[0] % 12;
        if (Math.floor(i / period) % 2 === 0 && fraction(w[1]) >= table[12 * face + 3]) face = table[12 * face + 7];
        const [root, t] = [Math.sqrt(fraction(w[2])), fraction(w[3])];
        const noise = [...normals(w[4], w[5]), normals(w[6], w[7])[0]];
        expected = [0, 1, 2].map((axis) => {
          const [a, b, c] = [0, 4, 8].map((offset) => table[12 * face + offset + axis]);
          return (1 - root) * a + root * (1 - t) * b + root * t * c + (kind === 1 ? 0.1 : 0.01) * noise[axis];
        });
      }
      point.forEach((value, axis) => assertAlmostEquals(value, expected[axis], 2e-6));
    });
  }
});

Deno.test("a field of other inputs, and a count that is none, are not scored", async () => {
  using gpu = await openDevice();
  using sampler = new OccupancySampler(gpu, cube());
  using flat = createField(gpu, mlp({ inputs: 2, hidden: [4], outputs: 1, activation: gaussian() }));
  await assertRejects(() => scoreOccupancy(flat, sampler), RangeError, "expected a field of one input of width 3");
  using field = createField(gpu, description, { seed: 3 });
  await assertRejects(() => scoreOccupancy(field, sampler, { count: 0 }), RangeError, "count must be a whole number");
});
