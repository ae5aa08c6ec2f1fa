import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  type Activation,
  adam,
  createDifferentiator,
  createField,
  createOptimizer,
  createVector,
  type Encoding,
  esgd,
  type FieldDescription,
  gabor,
  gaussian,
  gaussNewton,
  gaussNewtonVectorProduct,
  type Gpu,
  hessianVectorProduct,
  identity,
  kfac,
  lossAndGradient,
  meanSquaredError,
  mlp,
  type Objective,
  openDevice,
  positionalEncoding,
  relu,
  sigmoid,
  sinc,
  sine,
  softplus,
  train,
  weightedSum,
} from "../../mod.ts";
import { linearBound } from "../../lib/field/mod.ts";
import { eikonal, gradientSupervised } from "../../lib/objective/mod.ts";
import { hostBatch } from "../../lib/diff/host_batch.ts";
import { KroneckerFactors } from "../../lib/diff/kronecker_factors.ts";
import { differentiate } from "../../lib/diff/passes.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import { gaussNewtonDiagonal } from "../../lib/curvature/mod.ts";
import { fileDevice } from "../support/device.ts";
import { exactField } from "../support/exact_field.ts";
import { wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();

const ROWS = 5;
const points = wave(2 * ROWS, 1.7);
const values = wave(2 * ROWS, 0.7);
const gradients = wave(4 * ROWS, 0.37).map((each) => 2 * each);

/** Objectives, their targets, and their losses in 64 bits by the values [row][output] and gradients [row][output][input]. */
const objectives: readonly (readonly [string, Objective, Record<string, Float32Array>, ExactLoss])[] = [
  ["gradientSupervised", gradientSupervised(), { outputGradient: gradients }, supervisedLoss],
  ["eikonal", eikonal(), {}, eikonalLoss],
  [
    "their sum with values",
    weightedSum([
      { objective: eikonal(), weight: 0.3 },
      { objective: weightedSum([{ objective: meanSquaredError(), weight: 2 }, { objective: gradientSupervised() }]) },
    ]),
    { output: values, outputGradient: gradients },
    (y, g) => 0.3 * eikonalLoss(y, g) + 2 * valueLoss(y) + supervisedLoss(y, g),
  ],
];

type ExactLoss = (
  values: readonly (readonly number[])[],
  gradients: readonly (readonly (readonly number[])[])[],
) => number;

function supervisedLoss(_: unknown, gradient: readonly (readonly (readonly number[])[])[]): number {
  return mean(gradient.flat(2).map((each, i) => (each - gradients[i]) ** 2));
}

function eikonalLoss(_: unknown, gradient: readonly (readonly (readonly number[])[])[]): number {
  return mean(gradient.flat().map((each) => (Math.hypot(...each) - 1) ** 2));
}

function valueLoss(y: readonly (readonly number[])[]): number {
  return mean(y.flat().map((each, i) => (each - values[i]) ** 2));
}

function mean(of: readonly number[]): number {
  return of.reduce((sum, each) => sum + each, 0) / of.length;
}

function describe(activation: Activation, encoding?: Encoding): FieldDescription {
  return mlp({ inputs: 2, hidden: [4, 3], outputs: 2, activation, encoding });
}

/** What the tests with one field share. */
const sines = describe(sine({ omega: 3 }));

/** An activation of a user, with its third derivative, as docs/extending.md shows it. */
const tanh: Activation = {
  name: "tanh",
  options: {},
  maps: [""],
  text: `
fn value(z: Preactivation) -> vec4f { return tanh(z[0]); }
fn partial_0(z: Preactivation) -> vec4f { let a = value(z); return 1.0 - a * a; }
fn partial_0_0(z: Preactivation) -> vec4f { let a = value(z); return -2.0 * a * (1.0 - a * a); }`,
  third: "fn partial_0_0_0(z: Preactivation) -> vec4f { let s = partial_0(z); return s * (4.0 - 6.0 * s); }",
  constants: [0, 0],
  weightBound: linearBound,
};

const cases: readonly (readonly [Activation, Encoding?])[] = [
  [sine({ omega: 3 })],
  [gaussian({ sigma: 0.6 })],
  [gabor({ omega: 2, scale: 0.7 })],
  [sinc({ omega: 4 })],
  [softplus()],
  [sigmoid()],
  [tanh],
  [relu(), positionalEncoding({ octaves: 2 })],
];

for (const [activation, encoding] of cases) {
  Deno.test(`${activation.name}: loss, gradient and Hv of objectives of gradients are those of 64 bits`, async () => {
    const description = describe(activation, encoding);
    using field = createField(gpu, description, { seed: 4 });
    const start = (await field.parameters.read()).map((each) => 1.5 * each);
    field.parameters.write(start);
    const direction = wave(start.length, 0.9);
    for (const [name, objective, targets, exactLoss] of objectives) {
      const at = (parameters: ArrayLike<number>) => {
        const rows = Array.from({ length: ROWS }, (_, r) => {
          return exactField(description, parameters, { input: [points[2 * r], points[2 * r + 1]] });
        });
        return exactLoss(
          rows.map((row) => row.map(({ value }) => value)),
          rows.map((row) => row.map((y) => y.gradient)),
        );
      };
      const { loss, gradient, hvp } = await hessianVectorProduct(
        field,
        objective,
        { inputs: points, targets },
        direction,
      );
      const exact = differences(at, start, direction);
      assertLess(Math.abs(loss - at(start)), 1e-5 * at(start));
      closeTo(`${name}: gradient`, await gradient.read(), exact.gradient);
      closeTo(`${name}: Hv`, await hvp.read(), exact.product);
      gradient[Symbol.dispose]();
      hvp[Symbol.dispose]();
    }
  });
}

/** Central differences in 64 bits, whose error is below 1e-6 of the largest entry with these steps. */
function differences(at: (parameters: ArrayLike<number>) => number, start: Float32Array, direction: Float32Array) {
  const h = 1e-4;
  const moved = (i: number, by: number, along: number) => {
    const parameters = Array.from(start, (each, k) => each + along * direction[k]);
    parameters[i] += by;
    return at(parameters);
  };
  const slope = (i: number, along: number) => (moved(i, h, along) - moved(i, -h, along)) / (2 * h);
  return {
    gradient: Array.from(start, (_, i) => slope(i, 0)),
    product: Array.from(start, (_, i) => (slope(i, h) - slope(i, -h)) / (2 * h)),
  };
}

/** Sums over rows, layers and directions in 32 bits, next to differences: 5e-5 of the largest entry. */
function closeTo(what: string, found: Float32Array, exact: readonly number[]): void {
  const largest = exact.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  assert(largest > 1e-3, `${what}: ${largest} is too small to be compared`);
  found.forEach((each, i) => {
    assert(Math.abs(each - exact[i]) <= 5e-5 * largest, `${what}, entry ${i}: expected ${exact[i]}, found ${each}`);
  });
}

Deno.test("Gauss-Newton products and the mean of samples are those of the Jacobians of what is compared with targets", async () => {
  using field = createField(gpu, sines, { seed: 4 });
  const start = await field.parameters.read();
  const direction = wave(start.length, 0.9);
  const flat = (parameters: ArrayLike<number>) =>
    Array.from({ length: ROWS }, (_, r) => exactField(sines, parameters, { input: [points[2 * r], points[2 * r + 1]] }))
      .flat();
  const compared = {
    values: (parameters: ArrayLike<number>) => flat(parameters).map(({ value }) => value),
    gradients: (parameters: ArrayLike<number>) => flat(parameters).flatMap(({ gradient }) => gradient),
    norms: (parameters: ArrayLike<number>) => flat(parameters).map(({ gradient }) => Math.hypot(...gradient)),
  };
  const [values, gradients, norms] = Object.values(compared).map((of) => jacobian(of, start));
  const parts = [[[gradients, 1]], [[norms, 1]], [[norms, 0.3], [values, 2], [gradients, 1]]] as const;
  for (const [i, [name, objective, targets]] of objectives.entries()) {
    const batch = { inputs: points, targets };
    const { gradient, gnvp } = await gaussNewtonVectorProduct(field, objective, batch, direction);
    const [product, diagonal] = [new Array(start.length).fill(0), new Array(start.length).fill(0)];
    for (const [rows, weight] of parts[i]) {
      for (const row of rows) {
        const scale = 2 * weight / rows.length;
        const along = row.reduce((sum, each, k) => sum + each * direction[k], 0);
        row.forEach((each, k) => product[k] += scale * along * each);
        row.forEach((each, k) => diagonal[k] += scale * each * each);
      }
    }
    closeTo(`${name}: Gv`, await gnvp.read(), product);
    gradient[Symbol.dispose]();
    gnvp[Symbol.dispose]();
    // Each entry's relative standard deviation is at most √(2/samples); the root mean square over all entries is below twice that.
    const samples = 128;
    const estimate = await gaussNewtonDiagonal(field, objective, batch, { samples });
    const errors = diagonal.map((each, k) => each === 0 ? estimate[k] : estimate[k] / each - 1);
    assertLess(Math.sqrt(mean(errors.map((each) => each ** 2))), 2 * Math.sqrt(2 / samples), `${name}: diagonal`);
  }
});

/** Derivatives of several numbers by all parameters, by central differences in 64 bits: one row for each number. */
function jacobian(of: (parameters: ArrayLike<number>) => number[], start: Float32Array): number[][] {
  const columns = Array.from(start, (_, i) => {
    const [after, before] = [1e-5, -1e-5].map((by) => of(Array.from(start, (each, k) => k === i ? each + by : each)));
    return after.map((each, row) => (each - before[row]) / 2e-5);
  });
  return columns[0].map((_, row) => columns.map((column) => column[row]));
}

Deno.test("results do not depend on chunks, on earlier batches or on the family of kernels, and twice have the same bits", async () => {
  const rows = 256;
  const batch = {
    inputs: wave(2 * rows, 1.1),
    targets: { output: wave(2 * rows, 0.7), outputGradient: wave(4 * rows, 0.3) },
  };
  const [, objective] = objectives[2];
  const results = new Map<string, Float32Array[]>();
  const compute = async (gpu: Gpu, memory?: number) => {
    using field = createField(gpu, sines, { seed: 4 });
    const direction = wave(field.parameterCount, 0.9);
    using differentiator = createDifferentiator(field, objective, { memory });
    // A smaller batch leaves its blocks of rows elsewhere.
    await differentiator.hessianVectorProduct({ inputs: points, targets: objectives[2][2] }, direction);
    return await sameBits(async () => {
      const { gradient, hvp } = await differentiator.hessianVectorProduct(batch, direction);
      return Float32Array.of(...await gradient.read(), ...await hvp.read());
    });
  };
  results.set("one chunk", [await compute(gpu)]);
  results.set("chunks", [await compute(gpu, 400_000)]);
  for (const kernels of ["tile", "straight"] as const) {
    using other = await openDevice({ kernels });
    results.set(kernels, [await compute(other)]);
  }
  const [[expected]] = results.values();
  for (const [what, [found]] of results) closeTo(what, found, [...expected]);
});

Deno.test("first- and second-order optimizers train on points, values, normals and the eikonal objective", async () => {
  const circle = Array.from({ length: 64 }, (_, i) => [Math.cos(i), Math.sin(i), 0.2 * Math.sin(7 * i)]);
  const data = {
    inputs: Float32Array.from(circle.flatMap(([x, y, t]) => [x * (1 + t), y * (1 + t)])),
    targets: {
      output: Float32Array.from(circle, ([, , t]) => t),
      outputGradient: Float32Array.from(circle.flatMap(([x, y]) => [x, y])),
    },
  };
  const objective = weightedSum(
    [meanSquaredError(), gradientSupervised(), eikonal()].map((each) => ({ objective: each })),
  );
  const description = mlp({ inputs: 2, hidden: [8], outputs: 1, activation: sine({ omega: 2 }) });
  for (
    const spec of [
      adam({ learningRate: 1e-2 }),
      esgd({ learningRate: 1e-2 }),
      gaussNewton({ learningRate: 1e-2 }),
      kfac({ learningRate: 1e-2 }),
    ]
  ) {
    using field = createField(gpu, description, { seed: 1 });
    using optimizer = createOptimizer(gpu, spec, field.layout);
    const losses: number[] = [];
    for await (const event of train({ field, objective, data, optimizer, batchSize: 64, steps: 30 })) {
      losses.push(...event.losses);
    }
    assertLess(losses.at(-1)!, 0.7 * losses[0], spec.name);
  }
});

Deno.test("K-FAC's factors sum over the rows of values and of derivatives, where derivatives have no bias", async () => {
  const layers = [{ name: "output", from: ["input"], units: 1, activation: identity() }];
  using field = createField(gpu, { inputs: { input: 2 }, layers, outputs: { output: "output" } }, { seed: 2 });
  const [objective, targets] = [gradientSupervised(), { outputGradient: gradients.slice(0, 2 * ROWS) }];
  using workspace = new Workspace(field, objective, { samples: ROWS, products: false });
  using kronecker = new KroneckerFactors(gpu, field.layout, workspace.chunkRows);
  using gradient = createVector(gpu, field.layout);
  differentiate(workspace, { ...hostBatch(field, objective, { inputs: points, targets }), gradient, kronecker });
  const [wx, wy] = await field.parameters.read();
  const slope = (i: number) => (i % 2 === 0 ? wx : wy) - gradients[i];
  const left = ROWS * [...targets.outputGradient.keys()].reduce((sum, i) => sum + (2 * slope(i) / (2 * ROWS)) ** 2, 0);
  const rows = Array.from({ length: ROWS }, (_, r) => [points[2 * r], points[2 * r + 1], 1]);
  const all = [...rows, ...rows.map(() => [1, 0, 0]), ...rows.map(() => [0, 1, 0])];
  const right = [0, 1, 2].flatMap((i) => [0, 1, 2].map((k) => mean(all.map((row) => row[i] * row[k]))));
  closeTo("factors", await kronecker.factors.read(), [left, ...right]);
});

Deno.test("what does not fit is refused in one sentence, and leaves no buffer", async () => {
  const { third: _, ...incomplete } = sine();
  using field = createField(gpu, describe(incomplete));
  const direction = new Float32Array(field.parameterCount);
  const batch = { inputs: points, targets: {} };
  const before = gpu.liveBuffers;
  const { loss, gradient } = await lossAndGradient(field, eikonal(), batch);
  assert(loss > 0);
  gradient[Symbol.dispose]();
  const missing =
    "Hessian-vector product of eikonal: expected an activation with third derivatives (its member `third`), found sine";
  await assertRejects(() => hessianVectorProduct(field, eikonal(), batch, direction), Error, missing);
  const none = "targets: expected {}, because eikonal has none, found some.";
  await assertRejects(() => lossAndGradient(field, eikonal(), { inputs: points, targets: values }), Error, none);
  const twice = weightedSum([{ objective: eikonal() }, { objective: eikonal() }]);
  const same =
    "weightedSum: expected different outputs, found two terms that read the derivatives of output for eikonal.";
  await assertRejects(() => lossAndGradient(field, twice, batch), Error, same);
  const unknown = "eikonal: the field has no input x, only input.";
  await assertRejects(() => lossAndGradient(field, eikonal({ input: "x" }), batch), Error, unknown);
  assertEquals(gpu.liveBuffers, before);
});
