import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import {
  adam,
  chain,
  clipByGlobalNorm,
  createField,
  createOptimizer,
  esgd,
  esgdSoap,
  meanSquaredError,
  mlp,
  optimizerFromConfig,
  optimizerNames,
  type OptimizerSpec,
  shampoo,
  sine,
  soap,
} from "../../mod.ts";
import { tableData } from "../../lib/data/training_data.ts";
import { costOfSteps } from "../../lib/train/budget.ts";
import type { Kernel } from "../../lib/gpu/mod.ts";
import { planTraining } from "../../lib/train/mod.ts";
import { TrainingStep } from "../../lib/train/training_step.ts";
import { otherClock } from "../support/clock.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice();

/**
 * All work of kernels: as many units as dispatches, one more for so many operations of their matrix products, and many at a kernel's first
 * dispatch, at which a driver compiles it.
 */
let work = 0;
const FLOPS = 20_000;
const COMPILING = 500;
const compiled = new Set<Kernel>();
// What is counted here does not depend on results, so nothing is computed.
gpu.dispatch = (kernel, _bindings, _uniforms, _groups, flops = 0) => {
  work += 1 + flops / FLOPS + (compiled.has(kernel) ? 0 : COMPILING);
  compiled.add(kernel);
};

const inputs = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));

/** The work that a plan predicts for these steps, and what they have. */
async function plannedAndMade(spec: OptimizerSpec, first: number, count: number): Promise<[number, number]> {
  using field = createField(gpu, mlp({ inputs: 1, hidden: [48, 40], outputs: 1, activation: sine() }));
  using optimizer = createOptimizer(gpu, spec, field.layout);
  const objective = meanSquaredError();
  using data = tableData(field, objective, { inputs, targets: inputs });
  const given = { field, objective, data, optimizer, batchSize: 16, seed: 0 };
  using training = new TrainingStep(given);
  optimizer.restore({ step: first, observations: first });
  // A unit of work takes a millisecond. What a run compiles before its first step does not count.
  using _ = otherClock(() => work);
  compiled.clear();
  const { secondsOf } = await planTraining(given);
  assertEquals(optimizer.counters, { step: first, observations: first });
  const expected = 1000 * costOfSteps(count, (step) => secondsOf(first + step));
  const before = work;
  for (let step = first; step < first + count; step++) await training.record(step, 0);
  return [expected, work - before];
}

const specs = [
  ...optimizerNames.map((name) => optimizerFromConfig({ name })),
  soap({ updateEvery: 80, startEvery: 5, factorsWithin: 10, refresh: "rotation" }),
  chain(clipByGlobalNorm(1), soap({ updateEvery: 20, factorsEvery: 2 })),
  esgdSoap({ basisEvery: 40, startEvery: 5, factorsWithin: 10 }),
  shampoo({ updateEvery: 20, blockSize: 16 }),
];

for (const [i, spec] of specs.entries()) {
  Deno.test(`a plan has the work of all steps, first and late ones: ${spec.name}, case ${i}`, async () => {
    for (const [first, count] of [[0, 60], [640, 80]]) {
      const [expected, made] = await plannedAndMade(spec, first, count);
      // A plan repeats short series of steps, and an optimizer that is brought back to a step makes one or two vectors anew.
      assertAlmostEquals(expected / made, 1, 0.01, `${expected} and ${made} from step ${first} on`);
    }
  });
}

Deno.test("a first step of its own kind has its own cost in a plan, and the optimizer does not notice", async () => {
  using field = createField(gpu, mlp({ inputs: 16, hidden: [64], outputs: 16, activation: sine() }));
  const many = Float32Array.from({ length: 16 * 32 }, (_, i) => Math.sin(i));
  const given = { field, objective: meanSquaredError(), data: { inputs: many, targets: many }, batchSize: 32 };
  using plain = createOptimizer(gpu, adam(), field.layout);
  using rotating = createOptimizer(gpu, soap(), field.layout);
  using _ = otherClock(() => work);
  const { secondsOf: plainSeconds } = await planTraining({ ...given, optimizer: plain });
  const { secondsOf } = await planTraining({ ...given, optimizer: rotating });
  assertEquals(plainSeconds(0), plainSeconds(1));
  // Hundreds of rotations against a few products.
  assert(secondsOf(0) > 2 * secondsOf(1), `${secondsOf(0)} s and ${secondsOf(1)} s`);
  assertEquals(secondsOf(2), secondsOf(1));
  assertEquals(rotating.counters, { step: 0, observations: 0 });
});

Deno.test("a plan has the work of steps with several products, of which the first takes longer", async () => {
  for (const probes of [2, 4, 8, 16]) {
    const spec = esgd({ probes, updateEvery: 3, warmup: 2 });
    const [expected, made] = await plannedAndMade(spec, 10, 30);
    assertAlmostEquals(expected / made, 1, 0.005, `${probes}: ${expected} and ${made}`);
  }
});

Deno.test("a kind of step that is rare is measured by one burst, so that a plan with three kinds takes little longer", async () => {
  const spec = soap({ updateEvery: 80, startEvery: 5, factorsWithin: 10, refresh: "rotation" });
  using field = createField(gpu, mlp({ inputs: 1, hidden: [48, 40], outputs: 1, activation: sine() }));
  const objective = meanSquaredError();
  using data = tableData(field, objective, { inputs, targets: inputs });
  const workOfPlan = async (spec: OptimizerSpec) => {
    using optimizer = createOptimizer(gpu, spec, field.layout);
    using _ = otherClock(() => work);
    const plan = () => planTraining({ field, objective, data, optimizer, batchSize: 16 });
    await plan();
    const before = work;
    await plan();
    return work - before;
  };
  const [all, one] = [await workOfPlan(spec), await workOfPlan({ ...spec, kindOf: undefined })];
  // Two bursts of 300 units, and shorter ones before each that grow by a factor of 4.
  assertLess(all - one, 2 * 300 * 1.5);
});

Deno.test("a wait that another program delays changes no plan", async () => {
  using field = createField(gpu, mlp({ inputs: 1, hidden: [48, 40], outputs: 1, activation: sine() }));
  using optimizer = createOptimizer(gpu, adam(), field.layout);
  using data = tableData(field, meanSquaredError(), { inputs, targets: inputs });
  using _ = otherClock(() => work);
  using stack = new DisposableStack();
  const { synchronize } = gpu;
  stack.defer(() => gpu.synchronize = synchronize);
  /** Seconds of a step where a wait takes 12 ms, and one of them 120 more. */
  const planned = async (delayed: number) => {
    let waits = 0;
    gpu.synchronize = () => {
      work += waits++ === delayed ? 132 : 12;
      return Promise.resolve();
    };
    const { secondsOf } = await planTraining({ field, objective: meanSquaredError(), data, optimizer, batchSize: 16 });
    return secondsOf(1);
  };
  const expected = await planned(-1);
  // Compiling, the waits that are timed, and the first bursts, whose steps are many when a burst tells something.
  for (let i = 0; i < 8; i++) assertAlmostEquals(await planned(i) / expected, 1, 0.01, `wait ${i}`);
});
