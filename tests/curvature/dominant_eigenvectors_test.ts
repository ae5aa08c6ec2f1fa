import { assert, assertAlmostEquals, assertEquals, assertLess, assertRejects } from "@std/assert";
import { createField, meanSquaredError, mlp, sine } from "../../mod.ts";
import { curvatureOperator, dominantEigenvectors, hessianMatrix } from "../../lib/curvature/mod.ts";
import { symmetricEigenpairs } from "../../lib/curvature/eigenvalues.ts";
import { diagonalOperator } from "../support/diagonal_operator.ts";
import { fileDevice } from "../support/device.ts";
import { dot } from "../support/golden.ts";
import { randomNumbers } from "../support/random_numbers.ts";

const gpu = await fileDevice({ allowSoftware: true });

/** 5000 eigenvalues in [0, 1), and four of larger size, whose places are known. */
function entries(seed: number): Float32Array {
  const random = randomNumbers(seed);
  const entries = Float32Array.from({ length: 5000 }, () => random());
  entries.set([-5, 4, -3, 2], 1234);
  return entries;
}

for (const seed of [1, 2, 3]) {
  Deno.test(`dominant eigenvectors of a known diagonal are unit vectors, largest size first (${seed})`, async () => {
    using operator = diagonalOperator(gpu, entries(seed));
    using found = await dominantEigenvectors(operator, 4, { steps: 40, seed });
    for (const [i, expected] of [-5, 4, -3, 2].entries()) {
      assertAlmostEquals(found.values[i], expected, 1e-5);
      assertLess(found.residuals[i], 1e-4);
      const vector = await found.vectors[i].read();
      assertAlmostEquals(Math.abs(vector[1234 + i]), 1, 1e-5);
      assertAlmostEquals(dot(vector, vector), 1, 1e-5);
    }
  });
}

Deno.test("residuals of eigenvectors are those of the vectors in double precision, converged or not", async () => {
  const diagonal = entries(4);
  using operator = diagonalOperator(gpu, diagonal);
  for (const steps of [2, 5, 12, 30]) {
    using found = await dominantEigenvectors(operator, 2, { steps, seed: 1, directions: "normal" });
    for (const [i, vector] of found.vectors.entries()) {
      const x = await vector.read();
      const product = diagonal.map((entry, j) => entry * x[j]);
      assertAlmostEquals(found.values[i], dot(x, product), 1e-5);
      const rest = Array.from(product, (entry, j) => entry - found.values[i] * x[j]);
      // Entries of the rest have the rounding of 32 bits, relative to the largest eigenvalue.
      assertAlmostEquals(found.residuals[i], Math.sqrt(dot(rest, rest)), 1e-5);
      if (steps === 2) assert(found.residuals[i] > 0.1);
    }
  }
});

Deno.test("dominant eigenvectors of a field's Hessian are those of the explicit matrix", async () => {
  const random = randomNumbers(2);
  const inputs = Float32Array.from({ length: 200 }, () => 2 * random() - 1);
  const targets = Float32Array.from({ length: 100 }, (_, i) => Math.sin(3 * inputs[2 * i]) + inputs[2 * i + 1]);
  using field = createField(gpu, mlp({ inputs: 2, hidden: [8, 8], outputs: 1, activation: sine({ omega: 5 }) }), {
    seed: 5,
  });
  const before = gpu.liveBuffers;
  {
    const objective = meanSquaredError();
    const size = field.parameterCount;
    const { values, vectors } = symmetricEigenpairs(await hessianMatrix(field, objective, { inputs, targets }), size);
    const order = Array.from(values.keys()).sort((i, j) => Math.abs(values[j]) - Math.abs(values[i]));
    using hessian = curvatureOperator(field, objective, { inputs, targets });
    using found = await dominantEigenvectors(hessian, 3, { steps: 60 });
    const largest = Math.abs(values[order[0]]);
    for (const [i, at] of order.slice(0, 3).entries()) {
      assertAlmostEquals(found.values[i], values[at], 1e-5 * largest);
      assertLess(found.residuals[i], 1e-4 * largest);
      const expected = Float64Array.from({ length: size }, (_, row) => vectors[row * size + at]);
      // An error of the direction is the residual over the distance to the next eigenvalue, and counts by its square here.
      assertAlmostEquals(Math.abs(dot(await found.vectors[i].read(), expected)), 1, 1e-4);
    }
  }
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("there are no more eigenvectors than different eigenvalues", async () => {
  using operator = diagonalOperator(gpu, Float32Array.from({ length: 500 }, (_, i) => [1, -2, 5][i % 3]));
  using found = await dominantEigenvectors(operator, 10, { steps: 20 });
  assertEquals(found.vectors.length, 3);
  for (const [i, expected] of [5, -2, 1].entries()) {
    assertAlmostEquals(found.values[i], expected, 1e-5);
    const vector = await found.vectors[i].read();
    assert(vector.every((entry, j) => Math.abs(entry) < 1e-5 || [1, -2, 5][j % 3] === expected));
  }
});

Deno.test("a number of eigenvectors that cannot be is refused", async () => {
  using operator = diagonalOperator(gpu, new Float32Array(20).fill(1));
  for (const count of [0, 1.5, 9]) {
    await assertRejects(
      () => dominantEigenvectors(operator, count, { steps: 8 }),
      Error,
      `dominantEigenvectors: count: expected a whole number from 1 to the 8 steps, found ${count}.`,
    );
  }
  await assertRejects(
    () => dominantEigenvectors(operator, 0.5, { steps: 0.5 }),
    Error,
    "dominantEigenvectors: ",
  );
});
