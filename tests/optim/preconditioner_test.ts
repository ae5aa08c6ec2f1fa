import { assertEquals, assertLess } from "@std/assert";
import { createOptimizer, createVector, optimizerFromConfig, optimizerNames, type Vector } from "../../mod.ts";
import { Layout, type Segment } from "../../lib/extend.ts";
import type { Optimizer, OptimizerConfig } from "../../lib/optim/mod.ts";
import { observedLayout } from "../../lib/optim/observation.ts";
import { fileDevice } from "../support/device.ts";
import { randomNumbers } from "../support/random_numbers.ts";

const gpu = await fileDevice();

// A wide, a tall and a square matrix, large enough for Shampoo's blocks of 16, and a bias.
const layout = new Layout(
  [
    { name: "first.weight", shape: [20, 8], map: "first" },
    { name: "first.bias", shape: [20], map: "first" },
    { name: "second.weight", shape: [20, 20], map: "second" },
    { name: "third.weight", shape: [9, 20] },
  ] satisfies Segment[],
);

/** Optimizers whose momentum is switched off, so that a step is the rate times D⁻¹ times the gradient. */
const dividing: readonly OptimizerConfig[] = [
  { name: "adam", betas: [0, 0.9] },
  { name: "adamW", betas: [0, 0.9], weightDecay: 0 },
  { name: "esgd", betas: [0, 0.9] },
  { name: "esgd", betas: [0, 0.9], relativeDamping: 0.1, biasCorrection: "steps" },
  { name: "adaHessianE", betas: [0, 0.9], hessianPower: 0.5 },
  { name: "adaHessianJ", betas: [0, 0.9] },
  { name: "adaHessianJ", betas: [0, 0.9], published: true },
  { name: "gaussNewton", betas: [0, 0.9] },
  { name: "soap", betas: [0, 0.9], updateEvery: 3 },
  { name: "esgdSoap", betas: [0, 0.9], basisEvery: 3, relativeDamping: 0.1 },
  { name: "shampoo", momentum: 0, blockSize: 16, updateEvery: 3 },
  { name: "shampoo", momentum: 0, blockSize: 16, grafting: "adam" },
];

for (const config of dividing) {
  const { name, ...options } = config;
  Deno.test(`${name} ${JSON.stringify(options)}: its preconditioner is what its last step divided by`, async () => {
    const buffers = gpu.liveBuffers;
    await checkLastStep(config);
    assertEquals(gpu.liveBuffers, buffers);
  });
}

async function checkLastStep(config: OptimizerConfig): Promise<void> {
  using optimizer = createOptimizer(gpu, optimizerFromConfig({ ...config, learningRate: 1 }), layout);
  const { gradient, moved } = await lastMove(optimizer, 9);
  using g = createVector(gpu, layout);
  g.write(gradient);
  using preconditioner = await optimizer.preconditioner(g);
  using back = createVector(gpu, layout);
  using divided = createVector(gpu, layout);
  preconditioner!.applyTransposedFactor(g, back);
  preconditioner!.applyFactor(back, divided);
  const largest = Math.max(...moved.map(Math.abs));
  const found = await divided.read();
  const worst = Math.max(...found.map((entry, i) => Math.abs(entry + moved[i])));
  // A product of four factors in f32, of roots whose condition number is at most 1e-6^(-1/4) = 32.
  assertLess(worst, 1e-5 * largest);
  if (preconditioner!.diagonal === undefined) return;
  const diagonal = await preconditioner!.diagonal.read();
  assertLess(Math.max(...diagonal.map((d, i) => Math.abs(gradient[i] / d + moved[i]))), 1e-5 * largest);
}

Deno.test("Shampoo computes roots at the first of every updateEvery steps, and says that these are of another kind", async () => {
  const spec = optimizerFromConfig({ name: "shampoo", blockSize: 16, updateEvery: 3 });
  using optimizer = createOptimizer(gpu, spec, layout);
  let before = await optimizer.state.roots.read();
  for (let step = 0; step < 7; step++) {
    await lastMove(optimizer, 1);
    const roots = await optimizer.state.roots.read();
    const isChanged = roots.some((entry, i) => entry !== before[i]);
    const expected = step % 3 === 0 ? [true, "roots"] : [false, ""];
    assertEquals([isChanged, spec.kindOf!(step)], expected, `step ${step}`);
    before = roots;
  }
});

Deno.test("ESGD-max: its preconditioner is the root of the decaying maximum", async () => {
  using optimizer = createOptimizer(gpu, optimizerFromConfig({ name: "esgdMax", epsilon: 0.5 }), layout);
  await lastMove(optimizer, 4);
  using preconditioner = await optimizer.preconditioner(optimizer.state.firstMoment);
  const maximum = await optimizer.state.squaredProducts.read();
  const diagonal = await preconditioner!.diagonal!.read();
  for (const [i, entry] of diagonal.entries()) assertLess(Math.abs(entry - Math.sqrt(maximum[i]) - 0.5), 1e-5);
});

Deno.test("a preconditioner keeps its diagonal when the optimizer goes on, and survives a checkpoint", async () => {
  using optimizer = createOptimizer(gpu, optimizerFromConfig({ name: "esgd", relativeDamping: 0.1 }), layout);
  await lastMove(optimizer, 4);
  const { firstMoment } = optimizer.state;
  using before = await optimizer.preconditioner(firstMoment);
  const expected = await before!.diagonal!.read();
  using restored = createOptimizer(gpu, optimizer.spec, layout);
  for (const [name, vector] of Object.entries(optimizer.state)) restored.state[name].write(await vector.read());
  restored.restore(optimizer.counters);
  using after = await restored.preconditioner(firstMoment);
  assertEquals(await after!.diagonal!.read(), expected);
  await lastMove(optimizer, 1);
  assertEquals(await before!.diagonal!.read(), expected);
});

Deno.test("optimizers say when they have no preconditioner", async () => {
  const without: string[] = [];
  for (const name of optimizerNames) {
    using optimizer = createOptimizer(gpu, optimizerFromConfig({ name }), layout);
    using gradient = createVector(gpu, layout);
    assertEquals(await optimizer.preconditioner(gradient), undefined, `${name} before its first step`);
    await lastMove(optimizer, 2);
    using preconditioner = await optimizer.preconditioner(gradient);
    if (preconditioner === undefined) without.push(name);
  }
  assertEquals(without, ["sgd", "sophiaH", "muon", "kfac"]);
});

/** Makes steps on random gradients and observations. What it returns is the last gradient, and the last move from 0. */
async function lastMove(optimizer: Optimizer, steps: number) {
  using parameters = createVector(gpu, layout);
  using gradient = createVector(gpu, layout);
  const random = randomNumbers(7);
  const numbers = (count: number) => Float32Array.from({ length: count }, () => 2 * random() - 1);
  let values = new Float32Array();
  for (let step = 0; step < steps; step++) {
    for (const { kind, count } of optimizer.requests()) {
      using vector = createVector(gpu, observedLayout(kind, layout));
      using probe = createVector(gpu, layout);
      for (let i = 0; i < count; i++) {
        vector.write(numbers(vector.layout.parameterCount));
        probe.write(numbers(layout.parameterCount).map(Math.sign));
        optimizer.observe(observation(kind, vector, probe));
      }
      await gpu.synchronize();
    }
    values = numbers(layout.parameterCount);
    gradient.write(values);
    parameters.write(new Float32Array(layout.parameterCount));
    optimizer.step({ parameters, gradient });
  }
  return { gradient: values, moved: await parameters.read() };
}

function observation(kind: "hessianProbe" | "gaussNewtonSample" | "kroneckerFactors", vector: Vector, probe: Vector) {
  if (kind === "hessianProbe") return { hvp: vector, probe };
  if (kind === "gaussNewtonSample") return { gaussNewtonSample: vector };
  return { kroneckerFactors: vector };
}
