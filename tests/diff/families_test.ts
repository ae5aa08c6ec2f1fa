import { assertEquals, assertLess } from "@std/assert";
import {
  createField,
  createVector,
  type FieldDescription,
  gabor,
  gaussian,
  type Gpu,
  hessianVectorProduct,
  identity,
  lossAndGradient,
  meanSquaredError,
  openDevice,
  type Vector,
} from "../../mod.ts";
import { differentiate } from "../../lib/diff/passes.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import type { ChunkRequest } from "../../lib/diff/request.ts";
import { uploadRows } from "../../lib/field/rows.ts";
import { FAMILIES } from "../../lib/linalg/gemm/family.ts";
import { relativeError } from "../support/golden.ts";

const ROWS = 512;
const activation = gaussian({ sigma: 0.5 });
/**
 * Layers of one linear map and of two behind one another, so that every kind of product reads and writes both, sides that are padded, and a sum of
 * 272, for which straight-line text takes two passes. Such text is another for each length of a sum: here 16, 32 and 256.
 */
const description: FieldDescription = {
  inputs: { input: 2 },
  layers: [
    { name: "a", from: ["input"], units: 270, activation },
    { name: "b", from: ["a"], units: 30, activation: gabor({ omega: 5, scale: 2 }) },
    { name: "c", from: ["b"], units: 16, activation },
    { name: "d", from: ["c"], units: 3, activation: identity() },
  ],
  outputs: { output: "d" },
};
const inputs = Float32Array.from({ length: ROWS * 2 }, (_, i) => Math.cos(i * 1.7));
const targets = Float32Array.from({ length: ROWS * 3 }, (_, i) => Math.sin(i * 0.3));

/** Puts rows of the batch in place. */
function fill(gpu: Gpu, chunk: ChunkRequest): void {
  for (const [places, array] of [[chunk.inputs, inputs], [chunk.targets, targets]] as const) {
    for (const place of places.values()) uploadRows(gpu, { source: array, ...chunk }, place);
  }
}

async function readAndDispose(gpu: Gpu, vector: Vector) {
  using owned = vector;
  const flat = await owned.read();
  assertEquals(new Float32Array((await gpu.read(owned.buffer))[0]), owned.layout.pack(flat), "padding is zero");
  return flat;
}

// Two summation orders in f32: each is within a few units of 2⁻²⁴·√n of the true sum (n ≤ 512), through four layers.
const TOLERANCE = 1e-5;

Deno.test("all kernel families give the same gradient, alone and beside Hv, up to rounding", async () => {
  const results: Float32Array[][] = [];
  for (const kernels of FAMILIES) {
    using gpu = await openDevice({ kernels, operands: "texture" });
    using field = createField(gpu, description, { seed: 1 });
    const direction = Float32Array.from({ length: field.parameterCount }, (_, i) => Math.sin(i));
    const { gradient, hvp } = await hessianVectorProduct(field, meanSquaredError(), { inputs, targets }, direction);
    // By itself it is made of products that multiply the derivative in.
    const { gradient: alone } = await lossAndGradient(field, meanSquaredError(), { inputs, targets });
    const vectors = [];
    for (const vector of [gradient, hvp, alone]) vectors.push(await readAndDispose(gpu, vector));
    results.push(vectors);
  }
  for (const [i, family] of FAMILIES.entries()) {
    for (const [j, what] of ["gradient beside Hv", "Hv", "gradient alone"].entries()) {
      assertLess(relativeError(results[i][j], results[0][j]), TOLERANCE, `${family}: ${what}`);
    }
  }
});

Deno.test("several products of one pass have the bits of each alone", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "texture" });
  using field = createField(gpu, description, { seed: 1 });
  using workspace = new Workspace(field, meanSquaredError(), { samples: ROWS, products: true });
  using gradient = createVector(gpu, field.layout);
  const pairs = [1, 2, 3].map((seed) => {
    const direction = createVector(gpu, field.layout);
    direction.fillRademacher({ seed, stream: 0, step: 0 });
    return { direction, result: createVector(gpu, field.layout), kind: "hessian" as const };
  });
  const record = (products: typeof pairs) =>
    differentiate(workspace, {
      samples: ROWS,
      gradient,
      products,
      fill: (chunk) => fill(gpu, chunk),
    });
  record(pairs);
  const together = [await gradient.read(), ...await Promise.all(pairs.map(({ result }) => result.read()))];
  for (const [i, pair] of pairs.entries()) {
    record([pair]);
    assertEquals(await gradient.read(), together[0]);
    assertEquals(await pair.result.read(), together[i + 1]);
  }
  for (const { direction, result } of pairs) {
    direction[Symbol.dispose]();
    result[Symbol.dispose]();
  }
});

Deno.test("a product has the same bits whatever larger batch the same buffers held before", async () => {
  for (const kernels of FAMILIES) {
    using gpu = await openDevice({ kernels, operands: "texture" });
    using field = createField(gpu, description, { seed: 1 });
    using gradient = createVector(gpu, field.layout);
    using direction = createVector(gpu, field.layout);
    using result = createVector(gpu, field.layout);
    direction.fillRademacher({ seed: 1, stream: 0, step: 0 });
    const products = [{ kind: "hessian" as const, direction, result }];
    const after = async (...batches: number[]) => {
      using workspace = new Workspace(field, meanSquaredError(), { samples: ROWS, products: true });
      for (const samples of batches) {
        differentiate(workspace, { samples, gradient, products, fill: (chunk) => fill(gpu, chunk) });
      }
      return [await gradient.read(), await result.read()];
    };
    assertEquals(await after(ROWS, ROWS / 2), await after(ROWS / 2), kernels);
  }
});
