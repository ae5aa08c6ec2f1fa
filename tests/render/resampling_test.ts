import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  createField,
  createVector,
  type Field,
  type FieldDescription,
  gaussian,
  hessianVectorProduct,
  identity,
  radianceField,
  rayData,
  raySpace,
  type VolumeOptions,
  volumeRendering,
} from "../../mod.ts";
import type { Camera, View } from "../../lib/data/scene/mod.ts";
import type { ChunkRequest } from "../../lib/diff/mod.ts";
import { RayCaster } from "../../lib/render/mod.ts";
import type { Draw } from "../../lib/train/mod.ts";
import { differentiate } from "../../lib/diff/passes.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import { downloadRows } from "../../lib/field/rows.ts";
import { lookingAt } from "../../lib/render/camera_path.ts";
import { RayEvaluation } from "../../lib/render/ray_evaluation.ts";
import { fileDevice } from "../support/device.ts";
import { relativeError } from "../support/golden.ts";

const gpu = await fileDevice();
const SIZE = 5;
const [COARSE, FINE] = [9, 14];
const volume: VolumeOptions = { intervals: COARSE + FINE, fine: FINE, densityScale: 3 };
const cameras = [0, 1.5, 3].map((angle): Camera => {
  const pose = lookingAt([4 * Math.cos(angle), 4 * Math.sin(angle), 1], [0, 0, 0], [0, 0, 1]);
  return { pose, width: SIZE, height: SIZE, focal: [6, 6], centre: [2.5, 2.5] };
});
const rays = cameras.length * SIZE * SIZE;
const space = raySpace("metric", { cameras, near: 2, far: 6, kind: "around" });

/** Density and colour are linear in the position: dense on one side, empty on the other. */
function linearField(weights: number[], bias: number): Field {
  const layer = (name: string, units: number) => ({ name, from: ["position"], units, activation: identity() });
  const description: FieldDescription = {
    inputs: { position: 3, direction: 3 },
    layers: [layer("density", 1), layer("colour", 3)],
    outputs: { density: "density", colour: "colour" },
  };
  const field = createField(gpu, description);
  field.parameters.write(new Float32Array([...weights, bias, ...new Array(12).fill(0.3)]));
  return field;
}

/** Edges and positions along all rays, filled in in chunks. */
async function laid(field: Field, options: VolumeOptions, draw?: Draw, chunk = rays) {
  const { intervals } = options;
  using caster = new RayCaster(gpu, cameras, space, options);
  using evaluation = new RayEvaluation(field, options, chunk);
  using indices = gpu.buffer("indices", rays * 4);
  gpu.write(indices, Uint32Array.from({ length: rays }, (_, i) => i));
  const edges = new Float32Array(rays * (intervals + 1));
  const positions = new Float32Array(rays * intervals * 3);
  for (let first = 0; first < rays; first += chunk) {
    const count = Math.min(chunk, rays - first);
    let filled: ChunkRequest;
    await evaluation.run(first, count, (request) => caster.fill(filled = request, indices, draw));
    const [someEdges] = await downloadRows(gpu, count, [filled!.targets.get("edges")!]);
    const [somePositions] = await downloadRows(gpu, count * intervals, [filled!.inputs.get("position")!]);
    edges.set(someEdges, first * (intervals + 1));
    positions.set(somePositions, first * intervals * 3);
  }
  return { edges, positions };
}

const rowOf = (all: Float32Array, ray: number, width: number) => [...all.subarray(ray * width, (ray + 1) * width)];

/** What each coarse interval is to get of the fine edges, in f64. */
function shares(edges: number[], densities: number[]): number[] {
  let before = 0;
  const weights = densities.map((density, i) => {
    const depth = volume.densityScale! * (edges[i + 1] - edges[i]) * Math.log1p(Math.exp(density));
    const weight = Math.exp(-before) * (1 - Math.exp(-depth));
    before += depth;
    return weight + 1e-5;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const [weights, bias] = [[9, -4, 3], -1];
const densitiesOf = (positions: number[]) =>
  Array.from({ length: positions.length / 3 }, (_, i) => {
    return weights.reduce((sum, weight, c) => sum + weight * positions[3 * i + c], bias);
  });

Deno.test("fine edges lie where the distribution of the coarse weights says, between the coarse ones", async () => {
  using field = linearField(weights, bias);
  const coarse = await laid(field, { intervals: COARSE, densityScale: 3 });
  const all = await laid(field, volume);
  for (let ray = 0; ray < rays; ray++) {
    const edges = rowOf(coarse.edges, ray, COARSE + 1);
    const p = shares(edges, densitiesOf(rowOf(coarse.positions, ray, COARSE * 3)));
    const places = Array.from({ length: FINE }, (_, j) => {
      let below = 0;
      const level = (j + 0.5) / FINE;
      const i = p.findIndex((share) => level < (below += share));
      return edges[i] + (level - below + p[i]) / p[i] * (edges[i + 1] - edges[i]);
    });
    const expected = [...edges, ...places].sort((a, b) => a - b);
    const found = rowOf(all.edges, ray, COARSE + FINE + 1);
    expected.forEach((edge, i) => assertAlmostEquals(found[i], edge, 2e-4, `ray ${ray}, edge ${i}`));
    for (const edge of edges) assert(found.includes(edge));
  }
});

Deno.test("drawn edges follow the same distribution, the same draw gives the same ones in whatever chunks", async () => {
  using field = linearField(weights, bias);
  const draw = { seed: 4, step: 7, epoch: 0 };
  const coarse = await laid(field, { intervals: COARSE, densityScale: 3 }, draw);
  const all = await laid(field, volume, draw);
  assertEquals(await laid(field, volume, draw), all);
  assertEquals(await laid(field, volume, draw, 32), all);
  const other = await laid(field, volume, { ...draw, step: 8 });
  let moved = 0;
  for (let ray = 0; ray < rays; ray++) {
    const edges = rowOf(coarse.edges, ray, COARSE + 1);
    const found = rowOf(all.edges, ray, COARSE + FINE + 1);
    const p = shares(edges, densitiesOf(rowOf(coarse.positions, ray, COARSE * 3)));
    found.forEach((edge, i) => assert(i === 0 || edge >= found[i - 1]));
    // One drawn in each of FINE equal parts of the distribution.
    p.forEach((share, i) => {
      const inside = found.filter((edge) => edge > edges[i] && edge < edges[i + 1]).length;
      assertLess(Math.abs(inside - share * FINE), 2.001, `ray ${ray}, interval ${i}`);
    });
    moved += rowOf(other.edges, ray, COARSE + FINE + 1).filter((edge, i) => edge !== found[i]).length;
  }
  assert(moved > 0.8 * rays * (COARSE + FINE - 1));
});

Deno.test("rays through nothing are refined evenly, walls get nearly all", async () => {
  using empty = linearField([0, 0, 0], -200);
  const none = await laid(empty, volume);
  using wall = linearField([0, 0, 0], 200);
  const dense = await laid(wall, volume);
  for (let ray = 0; ray < rays; ray++) {
    const edges = rowOf(none.edges, ray, COARSE + FINE + 1);
    const longest = Math.max(...edges.slice(1).map((edge, i) => edge - edges[i]));
    assertLess(longest, 1.01 * (edges.at(-1)! - edges[0]) / COARSE);
    const near = rowOf(dense.edges, ray, COARSE + FINE + 1);
    const coarseStep = (near.at(-1)! - near[0]) / COARSE;
    assertEquals(near.filter((edge) => edge <= near[0] + 1.0001 * coarseStep).length, FINE + 2);
  }
});

Deno.test("gradient and Hv are those of the batch with the intervals where they were laid", async () => {
  const description = radianceField({ activation: gaussian({ sigma: 0.4 }), depth: 2, width: 16 });
  using field = createField(gpu, description, { seed: 3 });
  const views = cameras.map((camera, i): View => {
    const pixels = Float32Array.from({ length: SIZE * SIZE * 3 }, (_, at) => (at * (i + 2) % 11) / 11);
    return { name: "", camera, picture: { width: SIZE, height: SIZE, channels: 3, pixels } };
  });
  using data = rayData(gpu, views, space, volume);
  const objective = volumeRendering(volume);
  const samples = 20;
  using workspace = new Workspace(field, objective, { samples, products: true });
  using indices = gpu.buffer("indices", samples * 4);
  gpu.write(indices, Uint32Array.from({ length: samples }, (_, i) => 3 * i));
  using gradient = createVector(gpu, field.layout, "gradient");
  using direction = createVector(gpu, field.layout, "direction");
  using result = createVector(gpu, field.layout, "product");
  const v = Float32Array.from({ length: field.parameterCount }, (_, i) => Math.cos(i * i));
  direction.write(v);
  const record = async () => {
    let chunk: ChunkRequest;
    differentiate(workspace, {
      samples,
      fill: (request) => data.fill(chunk = request, indices, { seed: 1, step: 0, epoch: 0 }),
      gradient,
      products: [{ kind: "hessian", direction, result }],
    });
    const rows = async (places: ChunkRequest["inputs"], count: number) => {
      const names = [...places.keys()];
      const arrays = await downloadRows(gpu, count, [...places.values()]);
      return Object.fromEntries(names.map((name, i) => [name, arrays[i]]));
    };
    return {
      inputs: await rows(chunk!.inputs, samples * volume.intervals),
      targets: await rows(chunk!.targets, samples),
    };
  };
  const batch = await record();
  const fixed = await hessianVectorProduct(field, objective, batch, v);
  assertLess(relativeError(await gradient.read(), await fixed.gradient.read()), 1e-6);
  assertLess(relativeError(await result.read(), await fixed.hvp.read()), 1e-6);
  for (const vector of [fixed.gradient, fixed.hvp]) vector[Symbol.dispose]();
  // They do lie elsewhere for another field.
  field.parameters.write((await field.parameters.read()).map((value) => 1.5 * value));
  const other = await record();
  assert(relativeError(other.targets.edges, batch.targets.edges) > 1e-4);
});

Deno.test("more fine intervals than there are in all, or broken ones, are refused", () => {
  const message = "fine: expected a whole number from 0 to 7, less than `intervals`";
  assertThrows(() => volumeRendering({ intervals: 8, fine: 8 }), RangeError, `${message}, found 8.`);
  assertThrows(() => volumeRendering({ intervals: 8, fine: 0.5 }), RangeError, `${message}, found 0.5.`);
  assertThrows(
    () => new RayCaster(gpu, cameras, space, { intervals: 8, fine: -1 }),
    RangeError,
    `${message}, found -1.`,
  );
});
