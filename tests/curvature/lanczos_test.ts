import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Batch,
  createField,
  type Field,
  lossAndGradient,
  meanSquaredError,
  mlp,
  type Objective,
  sine,
} from "../../mod.ts";
import {
  curvatureOperator,
  diagonalPreconditioner,
  gaussNewtonMatrix,
  gradientNoise,
  hessianMatrix,
  lanczos,
  preconditionedEigenvalues,
  preconditionedOperator,
  probeOperator,
  spectralDensity,
  spectrumFigures,
  symmetricEigenvalues,
} from "../../lib/curvature/mod.ts";
import { diagonalOperator } from "../support/diagonal_operator.ts";
import { fileDevice } from "../support/device.ts";
import { randomNumbers } from "../support/random_numbers.ts";

const gpu = await fileDevice({ allowSoftware: true });

/** 10 000 eigenvalues: most near 0, some up to 1, a few outliers, one negative. */
function spectrum(seed: number): Float32Array {
  const random = randomNumbers(seed);
  const entries = Float32Array.from({ length: 10_000 }, () => random() ** 3);
  entries.set([-0.7, 4, 3, 2.5], 5000);
  return entries;
}

for (const seed of [1, 2]) {
  Deno.test(`Lanczos finds the extremes of a known spectrum of 10 000 to 1e-4 (${seed})`, async () => {
    using operator = diagonalOperator(gpu, spectrum(seed));
    const { values, weights, residuals } = await lanczos(operator, { steps: 64, seed });
    assertClose(values[0], -0.7, 1e-4);
    assertClose(values[values.length - 1], 4, 1e-4);
    assertClose(values[values.length - 2], 3, 1e-4);
    assertClose(weights.reduce((sum, each) => sum + each), 1, 1e-9);
    assert(residuals[values.length - 1] < 1e-3);
  });

  Deno.test(`the density of a known spectrum has integral 1 and its mean and variance to 2 % (${seed})`, async () => {
    const entries = spectrum(seed);
    using operator = diagonalOperator(gpu, entries);
    const { places, density, error, mean, variance, extremes } = await spectralDensity(operator, { probes: 4, seed });
    const trueMean = entries.reduce((sum, each) => sum + each) / entries.length;
    const trueVariance = entries.reduce((sum, each) => sum + (each - trueMean) ** 2, 0) / entries.length;
    assertClose(mean, trueMean, 0.02 * trueMean);
    assertClose(variance, trueVariance, 0.02 * trueVariance);
    assertClose(extremes[1], 4, 1e-4);
    const integral = (f: (place: number) => number) =>
      density.reduce((sum, each, i) => sum + f(places[i]) * each, 0) * (places[1] - places[0]);
    assertClose(integral(() => 1), 1, 1e-3);
    const curveMean = integral((place) => place);
    assertClose(curveMean, trueMean, 0.02 * trueMean);
    // Each node is broadened to a Gaussian, whose variance is added to that of the spectrum.
    const blur = (0.01 * (extremes[1] - extremes[0])) ** 2;
    assertClose(integral((place) => (place - curveMean) ** 2) - blur, trueVariance, 0.02 * trueVariance);
    assert(error.every((each) => each >= 0));
  });
}

Deno.test("Lanczos ends where the Krylov space is exhausted, with all distinct eigenvalues", async () => {
  using operator = diagonalOperator(gpu, Float32Array.from({ length: 500 }, (_, i) => [1, 2, 5][i % 3]));
  const { values } = await lanczos(operator, { steps: 20 });
  assertEquals(values.length, 3);
  for (const [i, expected] of [1, 2, 5].entries()) assertClose(values[i], expected, 1e-5);
});

Deno.test("a preconditioned operator has the eigenvalues of D^-1/2 H D^-1/2", async () => {
  const { field, batch, objective } = smallField();
  using _ = field;
  const hessian = await hessianMatrix(field, objective, batch);
  const random = randomNumbers(4);
  const diagonal = Float64Array.from({ length: field.parameterCount }, () => 0.1 + random());
  const expected = preconditionedEigenvalues(hessian, diagonal);
  using operator = curvatureOperator(field, objective, batch);
  using preconditioner = diagonalPreconditioner(field, diagonal);
  using preconditioned = preconditionedOperator(operator, preconditioner);
  const { values } = await lanczos(preconditioned, { steps: field.parameterCount });
  const largest = Math.max(...expected.map(Math.abs));
  assertClose(values[0], expected[0], 1e-4 * largest);
  assertClose(values[values.length - 1], expected[expected.length - 1], 1e-4 * largest);
});

Deno.test("the matrix of the Gauss-Newton operator is positive semidefinite, and its trace is what probes estimate", async () => {
  const { field, batch, objective } = smallField();
  using _ = field;
  const matrix = await gaussNewtonMatrix(field, objective, batch);
  const values = symmetricEigenvalues(matrix, field.parameterCount);
  assert(values[0] > -1e-5 * values[values.length - 1]);
  using operator = curvatureOperator(field, objective, batch, "gaussNewton");
  const { trace } = await probeOperator(operator, { probes: 100 });
  assertClose(trace.value, values.reduce((sum, each) => sum + each), 4 * trace.error);
});

Deno.test("products, Lanczos and probes free what they allocate, and give the same bits each time", async () => {
  const { field, batch, objective } = smallField();
  using _ = field;
  const before = gpu.liveBuffers;
  const run = async () => {
    using operator = curvatureOperator(field, objective, batch);
    const { values } = await lanczos(operator, { steps: 10 });
    const { trace, equilibrated } = await probeOperator(operator, { probes: 20 });
    return { values, trace, equilibrated };
  };
  assertEquals(await run(), await run());
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("the gradient's noise scale is the one that all samples' gradients give", async () => {
  const { field, objective } = smallField();
  using _ = field;
  const random = randomNumbers(8);
  const target = (x: number, y: number) => Math.sin(3 * x) + y;
  const draw = (samples: number) => {
    const inputs = Float32Array.from({ length: 2 * samples }, () => 2 * random() - 1);
    const targets = Float32Array.from({ length: samples }, (_, i) => target(inputs[2 * i], inputs[2 * i + 1]));
    return { inputs, targets };
  };
  const large = await gradientNoise(field, objective, Array.from({ length: 20 }, () => draw(256)));
  const small = await gradientNoise(field, objective, Array.from({ length: 80 }, () => draw(64)));
  // tr Σ does not depend on the batch's size; the relative error of its estimate from k gradients is about √(2/k) at most.
  assertClose(small.covarianceTrace / large.covarianceTrace, 1, 3 * Math.sqrt(2 / 20));
  assertClose(small.squaredGradient / large.squaredGradient, 1, 0.3);
  assert(large.noiseScale > 0);
});

Deno.test("the gradient's noise scale of finite data is exact from all their samples, and without bias from some", async () => {
  const { field, objective } = smallField([4]);
  using _ = field;
  const random = randomNumbers(9);
  // Two targets of each input lie on both sides of what the field returns, so that the gradients of their errors nearly cancel.
  const N = 64;
  const inputs = Float32Array.from({ length: 2 * N }, () => 2 * random() - 1);
  inputs.copyWithin(N, 0, N);
  const returned = await field.evaluate(inputs);
  const errors = Array.from({ length: N / 2 }, () => 1 + random());
  const targets = returned.map((value, i) => i < N / 2 ? value + errors[i] : value - 0.9 * errors[i - N / 2]);
  const batch = (samples: readonly number[]) => ({
    inputs: Float32Array.from(samples.flatMap((i) => [inputs[2 * i], inputs[2 * i + 1]])),
    targets: Float32Array.from(samples, (i) => targets[i]),
  });
  const { mean, trace } = await exactNoise(field, objective, Array.from({ length: N }, (_, i) => batch([i])));

  const found: number[] = [];
  for (let round = 0; round < 40; round++) {
    const order = Array.from({ length: N }, (_, i) => [random(), i]).sort(([a], [b]) => a - b).map(([, i]) => i);
    const batches = Array.from({ length: 16 }, (_, i) => batch(order.slice(4 * i, 4 * i + 4)));
    const all = await gradientNoise(field, objective, batches, { population: N });
    // The batches' gradients are rounded to about 1e-6 of their sizes, and G is about a tenth of these.
    assertClose(all.squaredGradient / mean, 1, 1e-3);
    assert(all.noiseScale > N, `expected a noise scale above ${N}, found ${all.noiseScale}`);
    const some = await gradientNoise(field, objective, batches.slice(0, 8), { population: N });
    found.push(some.squaredGradient, some.covarianceTrace);
  }
  for (const [i, exact] of [mean, trace].entries()) {
    const own = found.filter((_, k) => k % 2 === i);
    const centre = own.reduce((sum, each) => sum + each) / own.length;
    const variance = own.reduce((sum, each) => sum + (each - centre) ** 2, 0) / (own.length - 1);
    assertClose(centre, exact, 3 * Math.sqrt(variance / own.length));
  }
  await assertRejects(
    () => gradientNoise(field, objective, [batch([0, 1]), batch([2, 3])], { population: 3 }),
    Error,
    "gradientNoise: expected a population of at least the batches' 4 samples, found 3.",
  );
});

Deno.test("figures of a spectrum do not depend on order or sign", () => {
  const figures = spectrumFigures([1, 2, 3, 4, 5, -6, 7, 8, 9, 10, 100]);
  assertEquals(figures.largest, 100);
  assertEquals(figures.ratio, { "0.9": 10, "0.75": 100 / 8.5, "0.5": 100 / 6, "0.25": 100 / 3.5 });
  assertEquals(figures.above, { "1e-2": 10, "1e-4": 11, "1e-6": 11 });
  assertEquals(figures, spectrumFigures([100, -10, 9, 8, 7, 6, 5, 4, 3, 2, -1]));
});

Deno.test("what cannot be is refused in a sentence", async () => {
  using operator = diagonalOperator(gpu, new Float32Array(20).fill(1));
  await assertRejects(
    () => lanczos(operator, { steps: 0 }),
    Error,
    "lanczos: steps: expected a whole number of at least 1, found 0.",
  );
  await assertRejects(
    () => probeOperator(operator, { probes: 1 }),
    Error,
    "expected a whole number of at least 2, found 1.",
  );
  assertThrows(() => symmetricEigenvalues([1, 2, 3], 2), Error, "eigenvalues: expected 2 × 2 entries, found 3.");
  assertThrows(
    () => symmetricEigenvalues([1, NaN, 2, 3], 2),
    Error,
    "expected finite entries, found NaN in row 0, column 1.",
  );
  assertThrows(() => preconditionedEigenvalues([1], [0]), Error, "expected an entry above 0, found only zeros.");
  assertThrows(() => preconditionedEigenvalues([1], [-1]), Error, "expected entries of at least 0, found -1 at 0.");
  const { field, batch, objective } = smallField([96, 96]);
  using _ = field;
  await assertRejects(
    () => hessianMatrix(field, objective, batch),
    Error,
    "expected a field of at most 8192 parameters for its matrix",
  );
});

/** |G|² and tr Σ in 64 bits from the gradients of all samples. */
async function exactNoise(field: Field, objective: Objective, samples: readonly Batch[]) {
  const gradients: Float32Array[] = [];
  for (const sample of samples) {
    const { gradient } = await lossAndGradient(field, objective, sample);
    using _ = gradient;
    gradients.push(await gradient.read());
  }
  const mean = Float64Array.from(
    gradients[0],
    (_, i) => gradients.reduce((sum, each) => sum + each[i], 0) / samples.length,
  );
  const square = (entries: ArrayLike<number>) => Array.from(entries).reduce((sum, each) => sum + each ** 2, 0);
  const deviations = gradients.map((gradient) => square(mean.map((each, i) => gradient[i] - each)));
  return { mean: square(mean), trace: deviations.reduce((sum, each) => sum + each) / (samples.length - 1) };
}

function smallField(hidden = [8, 8]) {
  const description = mlp({ inputs: 2, hidden, outputs: 1, activation: sine({ omega: 5 }) });
  const random = randomNumbers(2);
  const inputs = Float32Array.from({ length: 200 }, () => 2 * random() - 1);
  const batch = {
    inputs,
    targets: Float32Array.from({ length: 100 }, (_, i) => Math.sin(3 * inputs[2 * i]) + inputs[2 * i + 1]),
  };
  return { field: createField(gpu, description, { seed: 5 }), batch, objective: meanSquaredError() };
}

function assertClose(found: number, expected: number, tolerance: number): void {
  assert(Math.abs(found - expected) <= tolerance, `expected ${expected} ± ${tolerance}, found ${found}`);
}
