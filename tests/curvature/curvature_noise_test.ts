import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { createField, identity, meanSquaredError, mlp, sine } from "../../mod.ts";
import { curvatureNoise, type DiagonalNoise } from "../../lib/curvature/mod.ts";
import { fileDevice } from "../support/device.ts";
import { randomNumbers } from "../support/random_numbers.ts";

const gpu = await fileDevice({ allowSoftware: true });
const objective = meanSquaredError();

/** Batch `number` of so many samples in [−1, 1]², with targets that vary in space. */
function draw(samples: number, number: number) {
  const random = randomNumbers(1000 * samples + number);
  const inputs = Float32Array.from({ length: 2 * samples }, () => 2 * random() - 1);
  const targets = Float32Array.from({ length: samples }, (_, i) => Math.sin(4 * inputs[2 * i]) * inputs[2 * i + 1]);
  return { inputs, targets };
}

const smallField = () =>
  createField(gpu, mlp({ inputs: 2, hidden: [8], outputs: 1, activation: sine({ omega: 8 }) }), { seed: 3 });

Deno.test("the noise of an affine field's curvature is that of the second moments of its inputs", async () => {
  using field = createField(gpu, mlp({ inputs: 2, hidden: [], outputs: 1, activation: identity() }), { seed: 1 });
  const [{ jacobi, equilibrated }] = await curvatureNoise(field, objective, draw, [50], { pairs: 1, probes: "exact" });
  // The output is w·x + b, so that the Hessian is 2 times the mean of (x, 1)(x, 1)ᵀ.
  const hessian = (number: number) => {
    const { inputs } = draw(50, number);
    const rows = Array.from({ length: 50 }, (_, i) => [inputs[2 * i], inputs[2 * i + 1], 1]);
    return [0, 1, 2].map((j) => [0, 1, 2].map((k) => 2 * rows.reduce((sum, row) => sum + row[j] * row[k], 0) / 50));
  };
  const [one, other] = [hessian(0), hessian(1)];
  const difference = (f: (matrix: number[][], row: number) => number) => {
    const [x, y] = [one, other].map((matrix) => [0, 1, 2].map((row) => f(matrix, row)));
    const size = (Math.hypot(...x) ** 2 + Math.hypot(...y) ** 2) / 2;
    return Math.hypot(...x.map((each, i) => each - y[i])) / Math.sqrt(size);
  };
  assertAlmostEquals(jacobi.difference.value, difference((matrix, row) => matrix[row][row]), 1e-5);
  assertAlmostEquals(equilibrated.difference.value, difference((matrix, row) => Math.hypot(...matrix[row])), 1e-5);
  assert(Number.isNaN(jacobi.difference.error));
});

Deno.test("the noise of curvature falls with the root of the batch size", async () => {
  using field = smallField();
  const found = await curvatureNoise(field, objective, draw, [32, 512], { pairs: 6, probes: "exact" });
  assertEquals(found.map(({ samples }) => samples), [32, 512]);
  for (const name of ["equilibrated", "jacobi"] as const) {
    const [small, large] = found.map((noise) => noise[name]);
    const ratio = small.difference.value / large.difference.value;
    const error = ratio *
      Math.hypot(...[small, large].map(({ difference }) => difference.error / difference.value));
    assertAlmostEquals(ratio, 4, 4 * error, name);
    assertGreater(small.medianDistance.value, 2 * large.medianDistance.value);
    assertGreater(large.correlation.value, small.correlation.value);
    assertLess(large.correlation.value, 1);
  }
});

for (const directions of ["rademacher", "normal"] as const) {
  Deno.test(`probes find the noise that exact diagonals have, and add none of their own (${directions})`, async () => {
    using field = smallField();
    const measure = async (probes: number | "exact") => {
      const [noise] = await curvatureNoise(field, objective, draw, [256], { pairs: 4, probes, directions, seed: 5 });
      return noise;
    };
    const [exact, many, few] = [await measure("exact"), await measure(60), await measure(8)];
    const close = (found: DiagonalNoise, expected: DiagonalNoise, share: number) => {
      const [one, other] = [found.difference, expected.difference];
      assertAlmostEquals(one.value, other.value, share * other.value + 4 * Math.hypot(one.error, other.error));
    };
    close(many.equilibrated, exact.equilibrated, 0.1);
    // Eight probes alone would make two estimates of D^E differ by about 1/√8, which is several times as much.
    assertLess(few.equilibrated.difference.value, 0.5 / Math.sqrt(8));
    close(few.equilibrated, exact.equilibrated, 0.5);
  });

  Deno.test(`a batch's curvature has no noise against itself (${directions})`, async () => {
    using field = smallField();
    const before = gpu.liveBuffers;
    const same = (samples: number) => draw(samples, 0);
    const [noise] = await curvatureNoise(field, objective, same, [30], { pairs: 2, probes: 4, directions });
    assertEquals(gpu.liveBuffers, before);
    for (const { difference, medianDistance, correlation } of [noise.equilibrated, noise.jacobi]) {
      assertEquals([difference, medianDistance], [{ value: 0, error: 0 }, { value: 0, error: 0 }]);
      assertAlmostEquals(correlation.value, 1, 1e-12);
    }
  });
}

Deno.test("numbers of pairs and probes that cannot be are refused", async () => {
  using field = smallField();
  await assertRejects(
    () => curvatureNoise(field, objective, draw, [10], { pairs: 0 }),
    Error,
    "curvatureNoise: pairs: expected a whole number of at least 1, found 0.",
  );
  await assertRejects(
    () => curvatureNoise(field, objective, draw, [10], { probes: 1 }),
    Error,
    "probes: expected a whole number of at least 2, found 1.",
  );
});
