import { assert, assertAlmostEquals, assertEquals, assertLess, assertRejects } from "@std/assert";
import { createField, meanSquaredError, mlp, relu, sine } from "../../mod.ts";
import {
  curvatureOperator,
  type DirectionKind,
  hessianMatrix,
  hutchPlusPlus,
  probeOperator,
  type SymmetricOperator,
} from "../../lib/curvature/mod.ts";
import { denseOperator } from "../support/dense_operator.ts";
import { diagonalOperator } from "../support/diagonal_operator.ts";
import { fileDevice } from "../support/device.ts";
import { randomNumbers } from "../support/random_numbers.ts";

const gpu = await fileDevice({ allowSoftware: true });
const KINDS: DirectionKind[] = ["rademacher", "normal"];

/** 256 eigenvalues, each so many times the one before. */
const decaying = (factor: number) => Float32Array.from({ length: 256 }, (_, i) => factor ** i);

for (const directions of KINDS) {
  Deno.test(`Hutch++ finds a known trace within its standard errors, which are honest (${directions})`, async () => {
    const eigenvalues = decaying(0.98);
    using operator = denseOperator(gpu, eigenvalues);
    const expected = eigenvalues.reduce((sum, entry) => sum + entry, 0);
    const deviations: number[] = [];
    for (let seed = 0; seed < 30; seed++) {
      const { value, error } = await hutchPlusPlus(operator, { products: 60, seed, directions });
      deviations.push((value - expected) / error);
    }
    // Student's t with 19 degrees of freedom: its root mean square is 1.06; five standard deviations of the mean square of 30.
    const meanSquare = deviations.reduce((sum, each) => sum + each ** 2, 0) / deviations.length;
    assertAlmostEquals(meanSquare, 1.12, 5 * 1.12 * Math.sqrt(2.6 / 30));
  });
}

Deno.test("Hutch++ pays where few eigenvalues are large, and costs at most a factor of √3 where none are", async () => {
  const errors = async (operator: SymmetricOperator) => {
    const squares = [0, 0];
    for (let seed = 0; seed < 8; seed++) {
      squares[0] += (await hutchPlusPlus(operator, { products: 60, seed })).error ** 2;
      squares[1] += (await probeOperator(operator, { probes: 60, seed })).trace.error ** 2;
    }
    return Math.sqrt(squares[0] / squares[1]);
  };
  using steep = denseOperator(gpu, decaying(0.8));
  assertLess(await errors(steep), 0.3);
  using flat = denseOperator(gpu, Float32Array.from({ length: 256 }, (_, i) => i % 2 === 0 ? 1 : -1));
  assertAlmostEquals(await errors(flat), Math.sqrt(3), 0.4);
});

Deno.test("Hutch++ is exact where the rank is small, and where there are fewer parameters than products", async () => {
  const rank = new Float32Array(256);
  rank.set([5, -2, 3], 100);
  using operator = denseOperator(gpu, rank);
  const { value, error } = await hutchPlusPlus(operator, { products: 30 });
  assertAlmostEquals(value, 6, 1e-4);
  assertLess(error, 1e-4);
  using small = diagonalOperator(gpu, Float32Array.of(1, 2, 3, -4));
  const all = await hutchPlusPlus(small, { products: 30, directions: "normal" });
  assertAlmostEquals(all.value, 2, 1e-4);
  assertLess(all.error, 1e-4);
});

Deno.test("with a full basis, the error of Hutch++ is that of rounding, and not 0", async () => {
  using small = diagonalOperator(gpu, Float32Array.of(1, 2, 3, -4));
  for (let seed = 0; seed < 10; seed++) {
    const { value, error } = await hutchPlusPlus(small, { products: 30, directions: "normal", seed });
    assertLess(Math.abs(value - 2), error);
    assertLess(error, 2e-5);
  }
});

Deno.test("Hutch++ finds the trace of ReLU fields, whose Hessians have small ranks, from more products than the rank", async () => {
  for (const seed of [1, 2]) {
    const random = randomNumbers(2);
    const inputs = Float32Array.from({ length: 40 }, () => 2 * random() - 1);
    const targets = Float32Array.from({ length: 20 }, () => random());
    using field = createField(gpu, mlp({ inputs: 2, hidden: [5, 5], outputs: 1, activation: relu() }), { seed });
    const size = field.parameterCount;
    const objective = meanSquaredError();
    const matrix = await hessianMatrix(field, objective, { inputs, targets });
    const trace = Array.from({ length: size }, (_, i) => matrix[i * size + i]).reduce((sum, each) => sum + each);
    using hessian = curvatureOperator(field, objective, { inputs, targets }, "hessian", { fixed: true });
    const { value, error } = await hutchPlusPlus(hessian, { products: 3 * size, seed });
    assertLess(Math.abs(value - trace), error);
    assertLess(error, 1e-4);
  }
});

Deno.test("Hutch++ finds the trace of a field's Hessian, the same bits each time, and frees its memory", async () => {
  const random = randomNumbers(2);
  const inputs = Float32Array.from({ length: 200 }, () => 2 * random() - 1);
  const targets = Float32Array.from({ length: 100 }, (_, i) => Math.sin(3 * inputs[2 * i]) + inputs[2 * i + 1]);
  const description = mlp({ inputs: 2, hidden: [8, 8], outputs: 1, activation: sine({ omega: 5 }) });
  using field = createField(gpu, description, { seed: 5 });
  const objective = meanSquaredError();
  const size = field.parameterCount;
  const matrix = await hessianMatrix(field, objective, { inputs, targets });
  const trace = Array.from({ length: size }, (_, i) => matrix[i * size + i]).reduce((sum, each) => sum + each);
  const before = gpu.liveBuffers;
  const run = async () => {
    using hessian = curvatureOperator(field, objective, { inputs, targets });
    return await hutchPlusPlus(hessian, { products: 60, seed: 3 });
  };
  const found = await run();
  assertEquals(await run(), found);
  assertEquals(gpu.liveBuffers, before);
  assertAlmostEquals(found.value, trace, 4 * found.error + 1e-5 * Math.abs(trace));
  assert(found.error > 0);
});

Deno.test("fewer than six products are refused", async () => {
  using operator = diagonalOperator(gpu, new Float32Array(20).fill(1));
  await assertRejects(
    () => hutchPlusPlus(operator, { products: 5 }),
    Error,
    "hutchPlusPlus: products: expected a whole number of at least 6, found 5.",
  );
});
