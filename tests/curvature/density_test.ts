import { assert, assertAlmostEquals, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { createField, createVector, Layout, meanSquaredError, mlp, relu } from "../../mod.ts";
import {
  curvatureOperator,
  type DirectionKind,
  equilibratedDensity,
  equilibratedDiagonal,
  hessianMatrix,
  lanczos,
  matrixDensity,
  probeOperator,
  productDensity,
  type SymmetricOperator,
} from "../../lib/curvature/mod.ts";
import { fillDirection } from "../../lib/curvature/direction.ts";
import { diagonalOperator } from "../support/diagonal_operator.ts";
import { fileDevice } from "../support/device.ts";
import { randomNumbers } from "../support/random_numbers.ts";

const gpu = await fileDevice({ allowSoftware: true });
const KINDS: DirectionKind[] = ["rademacher", "normal"];

const BATCH = (() => {
  const random = randomNumbers(2);
  return {
    inputs: Float32Array.from({ length: 40 }, () => 2 * random() - 1),
    targets: Float32Array.from({ length: 20 }, () => random()),
  };
})();

/** A field some of whose units are 0 on all of the batch. */
function reluField() {
  return createField(gpu, mlp({ inputs: 2, hidden: [16, 16], outputs: 1, activation: relu() }), { seed: 5 });
}

async function productsOf(operator: SymmetricOperator, kind: DirectionKind, count: number): Promise<Float32Array[]> {
  using direction = createVector(gpu, operator.layout);
  using product = createVector(gpu, operator.layout);
  const products = [];
  for (let i = 0; i < count; i++) {
    fillDirection(direction, kind, 3, i);
    await operator.apply(direction, product);
    products.push(await product.read());
  }
  return products;
}

Deno.test("the density of a matrix counts all its entries, and the rows of each segment", () => {
  const layout = new Layout([{ name: "a", shape: [1, 2] }, { name: "b", shape: [1] }]);
  // deno-fmt-ignore
  const matrix = Float64Array.of(
    3, 0, 0.0051,
    0, 0, 0,
    0.0051, -0.0000017, 0.04,
  );
  // The rms of all entries is 1.0001, of the rows of b 0.023.
  const { all, segments } = matrixDensity(matrix, layout);
  assertAlmostEquals(all.rms, Math.sqrt((9 + 2 * 0.0051 ** 2 + 0.04 ** 2) / 9), 1e-9);
  assertEquals([all.entries, all.zero, all.belowThousandth, all.belowHundredth], [9, 4 / 9, 5 / 9, 7 / 9]);
  const shares = (name: string) => {
    const { entries, zero, belowThousandth, belowHundredth } = segments.get(name)!;
    return [entries, zero, belowThousandth, belowHundredth];
  };
  assertEquals(shares("a"), [6, 4 / 6, 4 / 6, 5 / 6]);
  assertEquals(shares("b"), [3, 0, 1 / 3, 2 / 3]);
  assertThrows(() => matrixDensity(matrix.subarray(1), layout), Error, "density: expected 3 × 3 entries, found 8.");
});

for (const directions of KINDS) {
  Deno.test(`D^E is 0 only where every product is, at last only where a row of H is (${directions})`, async () => {
    using field = reluField();
    const objective = meanSquaredError();
    const { layout } = field;
    using hessian = curvatureOperator(field, objective, BATCH);
    const found = await equilibratedDensity(hessian, { probes: 20, seed: 3, directions });
    assertEquals(found.map(({ probes }) => probes), [1, 2, 4, 8, 16, 20]);

    const products = await productsOf(hessian, directions, 20);
    for (const { probes, density } of found) {
      const zeros = products[0].map((_, i) => +products.slice(0, probes).every((product) => product[i] === 0));
      assertEquals(density.all.zero, zeros.reduce((sum, each) => sum + each) / layout.parameterCount);
      for (const { name, flat, size } of layout) {
        const zero = zeros.subarray(flat, flat + size).reduce((sum, each) => sum + each) / size;
        assertEquals(density.segments.get(name)!.zero, zero);
      }
    }
    const exact = equilibratedDiagonal(await hessianMatrix(field, objective, BATCH), layout.parameterCount);
    const last = found[found.length - 1].density.all;
    assertEquals(last.zero, productDensity(exact, layout).all.zero);
    assert(last.zero > 0 && last.zero < 1);
    assertLess(Math.abs(last.belowHundredth - productDensity(exact, layout).all.belowHundredth), 0.05);
  });

  Deno.test(`probes and Lanczos find what is known of a diagonal matrix (${directions})`, async () => {
    const random = randomNumbers(5);
    const entries = Float32Array.from({ length: 3000 }, (_, i) => i === 7 ? 6 : random() - 0.3);
    using operator = diagonalOperator(gpu, entries);
    const probes = 60;
    const found = await probeOperator(operator, { probes, seed: 2, directions });
    // In one probe, errors of trace and squared norm have the variances 2 Σ a² and 2 Σ a⁴ for normal directions, and none for signs.
    const sum = (power: number) => entries.reduce((total, entry) => total + entry ** power, 0);
    const share = directions === "normal" ? 1 : 0;
    const traceError = share * Math.sqrt(2 * sum(2) / probes);
    assertAlmostEquals(found.trace.value, sum(1), 4 * traceError + 1e-3);
    assertAlmostEquals(found.trace.error, traceError, 0.5 * traceError + 1e-4);
    assertAlmostEquals(found.frobenius.value ** 2, sum(2), 4 * share * Math.sqrt(2 * sum(4) / probes) + 1e-3);
    // v² has mean 1 and variance 2; five standard deviations, and 7 for the worst of 3000.
    for (const [i, entry] of entries.entries()) {
      const tolerance = 7 * share * Math.abs(entry) * Math.sqrt(2 / probes) + 1e-6;
      assertAlmostEquals(found.diagonal[i], entry, tolerance);
      assertAlmostEquals(found.equilibrated[i], Math.abs(entry), tolerance);
    }
    const { values, weights } = await lanczos(operator, { steps: 50, seed: 2, directions });
    assertAlmostEquals(values[values.length - 1], 6, 1e-4);
    assertAlmostEquals(weights.reduce((total, each) => total + each), 1, 1e-9);
  });
}

Deno.test("estimates that chance plays no part in have the error of rounding, and not 0", async () => {
  using operator = diagonalOperator(gpu, Float32Array.of(1, 2, 3, -4));
  const { trace, frobenius, diagonalError } = await probeOperator(operator, { probes: 20 });
  for (const [{ value, error }, expected] of [[trace, 2], [frobenius, Math.sqrt(30)]] as const) {
    assertLess(Math.abs(value - expected), error);
    assertLess(error, 1e-5);
  }
  assert(diagonalError.every((error) => error > 0 && error < 1e-5));
});

Deno.test("normal directions are other vectors than signs, and each number another", async () => {
  using vector = createVector(gpu, new Float32Array(1000));
  const drawn: Float32Array[] = [];
  for (const [kind, number] of [["rademacher", 0], ["normal", 0], ["normal", 1]] as const) {
    fillDirection(vector, kind, 1, number);
    drawn.push(await vector.read());
  }
  assert(drawn[0].every((entry) => Math.abs(entry) === 1));
  assert(drawn[1].some((entry) => Math.abs(entry) > 2));
  assert(drawn[1].every((entry, i) => entry !== drawn[2][i]));
});

Deno.test("probes of a density are a whole number", async () => {
  using operator = diagonalOperator(gpu, new Float32Array(20).fill(1));
  await assertRejects(
    () => equilibratedDensity(operator, { probes: 0 }),
    Error,
    "equilibratedDensity: probes: expected a whole number of at least 1, found 0.",
  );
});
