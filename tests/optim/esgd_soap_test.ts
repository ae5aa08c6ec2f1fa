import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { createOptimizer, createVector, esgd, esgdSoap } from "../../mod.ts";
import type { Segment } from "../../lib/linalg/mod.ts";
import type { EsgdSoapOptions } from "../../lib/optim/mod.ts";
import { fileDevice } from "../support/device.ts";
import { relativeError } from "../support/golden.ts";
import { wave } from "../support/matrices.ts";
import {
  eigenpairs,
  gramSchmidt,
  type Matrix,
  matrixFrom,
  multiply,
  someMatrix,
  transpose,
} from "../support/matrix.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();

// Square, and gradients without a pattern, so that no eigenvalue is 0, whose eigenvectors would be anyone's choice.
const segments: Segment[] = [{ name: "w", shape: [5, 5] }, { name: "b", shape: [5] }, { name: "v", shape: [3, 3] }];
const count = 39;
const start = wave(count, 0.2);
const gradientAt = (step: number) => Float32Array.from(someMatrix(1, count, step)[0]);
/** Entries of different size, larger in the last matrix. */
const productAt = (probe: number) =>
  wave(count, 0.7 + 0.2 * probe).map((each, i) => each * 10 ** (i % 3 - 1) * (i < 30 ? 1 : 30));

interface Part {
  readonly first: number;
  readonly rows: number;
  readonly columns: number;
  m: Matrix;
  d: Matrix;
  /** Absent for a bias. */
  bases?: { left: Matrix; right: Matrix; basisLeft: Matrix; basisRight: Matrix };
}

const zip = (a: Matrix, b: Matrix, f: (x: number, y: number) => number): Matrix =>
  a.map((row, i) => row.map((x, j) => f(x, b[i][j])));

/** ESGD in the eigenbases of Shampoo's factors in f64: what the doc comment of `esgdSoap` says. */
function reference(options: Required<EsgdSoapOptions>, steps: number): number[] {
  const { learningRate: rate, betas: [beta1, beta2], epsilon, relativeDamping, weightDecay, averaging } = options;
  const theta = [...start];
  const zeros = (rows: number, columns: number) => matrixFrom(new Array(rows * columns).fill(0), rows, columns);
  let first = 0;
  const parts = segments.map(({ shape }): Part => {
    const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
    first += rows * columns;
    return { first: first - rows * columns, rows, columns, m: zeros(rows, columns), d: zeros(rows, columns) };
  });
  let probes = 0;
  for (let step = 0; step < steps; step++) {
    const gradients = gradientAt(step);
    const due = step === 0
      ? 0
      : step === 1
      ? options.initialProbes
      : step - 1 < options.warmup || (step - 1 - options.warmup + 1) % options.updateEvery === 0
      ? options.probes
      : 0;
    const products = Array.from({ length: due }, () => productAt(probes++));
    for (const part of parts) {
      const { first, rows, columns } = part;
      const gradient = matrixFrom(gradients, rows, columns, first);
      const grams = [multiply(gradient, transpose(gradient)), multiply(transpose(gradient), gradient)];
      if (step === 0) {
        if (rows === 1) continue;
        const [left, right] = grams.map((gram) => gram.map((row) => row.map((each) => (1 - averaging) * each)));
        const basis = (factor: Matrix) => transpose(eigenpairs(factor).map(([, vector]) => vector));
        part.bases = { left, right, basisLeft: basis(left), basisRight: basis(right) };
        continue;
      }
      const { bases } = part;
      const rotate = (m: Matrix) =>
        bases === undefined ? m : multiply(multiply(transpose(bases.basisLeft), m), bases.basisRight);
      for (const product of products) {
        const rotated = rotate(matrixFrom(product, rows, columns, first));
        part.d = zip(part.d, rotated, (d, h) => beta2 * d + (1 - beta2) * h * h);
      }
      part.m = zip(part.m, gradient, (m, g) => beta1 * m + (1 - beta1) * g);
      const correction = Math.sqrt(1 - beta2 ** (options.biasCorrection === "steps" ? step : probes));
      const rms = Math.sqrt(part.d.flat().reduce((sum, d) => sum + d, 0) / (rows * columns));
      const damping = epsilon + relativeDamping * rms / correction;
      const rotated = zip(rotate(part.m), part.d, (m, d) => {
        return m / (1 - beta1 ** step) / (Math.sqrt(d) / correction + damping);
      });
      const move = bases === undefined
        ? rotated
        : multiply(multiply(bases.basisLeft, rotated), transpose(bases.basisRight));
      move.flat().forEach((each, i) => {
        theta[first + i] = (1 - weightDecay * rate) * theta[first + i] - rate * each;
      });
      if (bases === undefined) continue;
      const average = (factor: Matrix, gram: Matrix) =>
        zip(factor, gram, (l, g) => averaging * l + (1 - averaging) * g);
      bases.left = average(bases.left, grams[0]);
      bases.right = average(bases.right, grams[1]);
      if (step % options.basisEvery !== 0) continue;
      const refresh = (factor: Matrix, basis: Matrix): [Matrix, number[]] => {
        const product = multiply(factor, basis);
        const quotient = (j: number) => basis.reduce((sum, row, i) => sum + row[j] * product[i][j], 0);
        const order = basis.map((_, j) => j).sort((i, j) => quotient(j) - quotient(i));
        return [gramSchmidt(product.map((row) => order.map((j) => row[j]))), order];
      };
      const [left, leftOrder] = refresh(bases.left, bases.basisLeft);
      const [right, rightOrder] = refresh(bases.right, bases.basisRight);
      Object.assign(bases, { basisLeft: left, basisRight: right });
      part.d = leftOrder.map((i) => rightOrder.map((j) => part.d[i][j]));
    }
  }
  return theta;
}

const base: Required<EsgdSoapOptions> = {
  learningRate: 0.05,
  updateEvery: 4,
  warmup: 3,
  basisEvery: 3,
  refresh: "qr",
  averaging: 0.9,
  epsilon: 1e-2,
  betas: [0.9, 0.99],
  startEvery: 3,
  factorsEvery: 1,
  factorsWithin: 3,
  biasCorrection: "updates",
  initialProbes: 3,
  probes: 1,
  relativeDamping: 0,
  weightDecay: 0,
};

async function follow(options: EsgdSoapOptions, steps: number, stopAt = steps): Promise<Float32Array> {
  using parameters = createVector(gpu, segments);
  using gradient = createVector(gpu, segments);
  using hvp = createVector(gpu, segments);
  parameters.write(start);
  const make = () => createOptimizer(gpu, esgdSoap(options), segments);
  let optimizer = make();
  try {
    for (let step = 0, probes = 0; step < steps; step++) {
      if (step === stopAt) {
        const { state, counters } = optimizer;
        const saved = new Map<string, Float32Array>();
        for (const [name, vector] of Object.entries(state)) saved.set(name, await vector.read());
        optimizer[Symbol.dispose]();
        optimizer = make();
        for (const [name, vector] of Object.entries(optimizer.state)) vector.write(saved.get(name)!);
        optimizer.restore(counters);
      }
      for (let due = optimizer.requests()[0]?.count ?? 0; due > 0; due--) {
        hvp.write(productAt(probes++));
        optimizer.observe({ hvp });
      }
      gradient.write(gradientAt(step));
      optimizer.step({ parameters, gradient });
    }
    return await parameters.read();
  } finally {
    optimizer[Symbol.dispose]();
  }
}

for (
  const [name, changes] of Object.entries<EsgdSoapOptions>({
    "as ESGD": {},
    "with relative damping, decay, several probes and bias correction by steps": {
      relativeDamping: 0.1,
      weightDecay: 0.3,
      probes: 2,
      biasCorrection: "steps",
    },
  })
) {
  Deno.test(`ESGD in SOAP's eigenbases ${name} follows an f64 loop, with the same bits on every run`, async () => {
    const options = { ...base, ...changes };
    const actual = await sameBits(() => follow(options, 20));
    const error = relativeError(actual, reference(options, 20));
    assertLess(error, 2e-5);
    assertLess(100 * error, relativeError(actual, reference({ ...options, basisEvery: 1000 }, 20)), "bases follow");
  });
}

Deno.test("stopped at any step and resumed, ESGD in SOAP's eigenbases is bit for bit as uninterrupted", async () => {
  for (const refresh of ["qr", "rotation"] as const) {
    const options = { ...base, refresh };
    const whole = await sameBits(() => follow(options, 12));
    for (const stopAt of [1, 2, 6, 7]) {
      assertEquals(await follow(options, 12, stopAt), whole, `${refresh}, stopped at ${stopAt}`);
    }
  }
});

Deno.test("the first probes are due at step 1; without them it refuses that step, not step 0", () => {
  using parameters = createVector(gpu, segments);
  using gradient = createVector(gpu, segments);
  using optimizer = createOptimizer(gpu, esgdSoap({ warmup: 3, updateEvery: 5, initialProbes: 7 }), segments);
  const shifted = createOptimizer(gpu, esgd({ warmup: 3, updateEvery: 5, initialProbes: 7 }), segments);
  const due = Array.from({ length: 30 }, (_, step) => optimizer.requests(step)[0]?.count ?? 0);
  assertEquals(due, [0, ...Array.from({ length: 29 }, (_, step) => shifted.requests(step)[0]?.count ?? 0)]);
  shifted[Symbol.dispose]();
  optimizer.step({ parameters, gradient });
  assertThrows(
    () => optimizer.step({ parameters, gradient }),
    Error,
    "esgdSoap: step 1 needs a probe; see requests() and observe().",
  );
});

Deno.test("without matrices it is ESGD from step 1 on", async () => {
  const layout: Segment[] = [{ name: "b", shape: [37] }];
  using both = createVector(gpu, wave(37, 0.3));
  using hvp = createVector(gpu, layout);
  using gradient = createVector(gpu, layout);
  using soapy = createOptimizer(gpu, esgdSoap(base), layout);
  const {
    basisEvery: _,
    averaging: __,
    refresh: ___,
    startEvery: ____,
    factorsEvery: _____,
    factorsWithin: ______,
    ...options
  } = base;
  using plain = createOptimizer(gpu, esgd(options), layout);
  const results: Float32Array[] = [];
  for (const optimizer of [plain, soapy]) {
    using parameters = createVector(gpu, layout);
    parameters.write(await both.read());
    if (optimizer === soapy) optimizer.step({ parameters, gradient });
    for (let step = 0; step < 8; step++) {
      for (let due = optimizer.requests()[0]?.count ?? 0; due > 0; due--) {
        hvp.write(wave(37, 0.5 + step + due));
        optimizer.observe({ hvp });
      }
      gradient.write(wave(37, 1.1 + step));
      optimizer.step({ parameters, gradient });
    }
    results.push(await parameters.read());
  }
  assertLess(relativeError(results[1], results[0]), 1e-6);
});

Deno.test("startEvery, factorsEvery and factorsWithin decide which steps change bases and factors", async () => {
  const size = 5;
  const layout: Segment[] = [{ name: "w", shape: [size, size] }];
  using parameters = createVector(gpu, layout);
  using gradient = createVector(gpu, layout);
  using hvp = createVector(gpu, layout);
  const spec = esgdSoap({ basisEvery: 8, startEvery: 4, factorsEvery: 2, factorsWithin: 2 });
  using optimizer = createOptimizer(gpu, spec, layout);
  const changed: Record<string, number[]> = { left: [], right: [], basis: [] };
  const before: Record<string, Float32Array> = {};
  for (let step = 0; step < 41; step++) {
    for (let due = optimizer.requests()[0]?.count ?? 0; due > 0; due--) {
      hvp.write(someMatrix(size, size, 100 * step + due).flat());
      optimizer.observe({ hvp });
    }
    gradient.write(someMatrix(size, size, step).flat());
    optimizer.step({ parameters, gradient });
    const [factors, basis] = [await optimizer.state.factors.read(), await optimizer.state.basis.read()];
    const parts = { left: factors.slice(0, size * size), right: factors.slice(size * size), basis };
    for (const [name, now] of Object.entries(parts)) {
      if (now.some((entry, i) => entry !== (before[name]?.[i] ?? 0))) changed[name].push(step);
      before[name] = now;
    }
  }
  // The interval of 4 lasts until step 32. Left factors take the refresh's own step, right ones the step before it.
  const refreshes = [4, 8, 12, 16, 20, 24, 28, 32, 40];
  assertEquals(changed, {
    left: [0, ...refreshes],
    right: [0, ...refreshes.map((step) => step - 1)],
    basis: [0, ...refreshes],
  });
});
