import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  esgd,
  meanSquaredError,
  mlp,
  openDevice,
  sine,
  stepsWithin,
  train,
} from "../../mod.ts";
import { planTraining } from "../../lib/train/mod.ts";
import { affordableSteps } from "../../lib/train/budget.ts";
import { slowClock } from "../support/clock.ts";

Deno.test("a budget counts every step with its own cost, from the step where the run goes on", () => {
  const costs = (step: number) => step % 100 === 0 ? 3 : 1;
  assertEquals(affordableSteps(10, 0, costs), 8);
  assertEquals(affordableSteps(10, 1, costs), 11);
  assertEquals(affordableSteps(102, 0, costs), 100);
  assertEquals(affordableSteps(1020, 50, costs), 1050);
});

Deno.test("a budget too short for a step still gives one", () => {
  assertEquals(affordableSteps(0.5, 7, () => 1), 8);
});

Deno.test("a budget for a very long run takes steps far ahead for as costly as those before", () => {
  const steps = affordableSteps(1e9, 0, (step) => step < 50 ? 1000 : step % 100 === 49 ? 3 : 1);
  assertEquals(Math.abs(steps / ((1e9 - 50_000) / 1.02) - 1) < 1e-3, true);
});

Deno.test("a budget without end gives as many steps as can be counted", () => {
  for (const seconds of [1e300, 1e308 * 60]) {
    assertEquals(affordableSteps(seconds, 5, (step) => step % 2 + 0.5), Number.MAX_SAFE_INTEGER);
  }
});

/** Measures by a clock by which all takes so long that nothing is measured twice. */
async function hastily<T>(measure: () => Promise<T>): Promise<T> {
  using _ = slowClock();
  return await measure();
}

Deno.test("a plan tells the device memory of training", async () => {
  for (const operands of ["buffer", "texture"] as const) {
    using gpu = await openDevice({ operands, kernels: "register" });
    using field = createField(gpu, mlp({ inputs: 1, hidden: [8, 20], outputs: 1, activation: sine() }));
    const inputs = Float32Array.from({ length: 64 }, (_, i) => i / 32 - 1);
    using optimizer = createOptimizer(gpu, esgd({ warmup: 1, updateEvery: 3 }), field.layout);
    const options = {
      field,
      objective: meanSquaredError(),
      data: { inputs, targets: inputs },
      optimizer,
      batchSize: 32,
    };
    const { deviceBytes, stepsPerEpoch, chunkRows } = await hastily(() => planTraining(options));
    assertEquals([stepsPerEpoch, chunkRows], [2, 32]);
    let most = 0;
    for await (const _ of train({ ...options, steps: 6 })) most = Math.max(most, gpu.liveBytes);
    assertEquals(deviceBytes, most, operands);
  }
});

Deno.test("measuring changes nothing, leaves no buffer, and more time gives more steps", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using field = createField(gpu, mlp({ inputs: 1, hidden: [8], outputs: 1, activation: sine() }));
  const inputs = Float32Array.from({ length: 64 }, (_, i) => i / 32 - 1);
  const given = { field, objective: meanSquaredError(), data: { inputs, targets: inputs }, batchSize: 32 };
  using optimizer = createOptimizer(gpu, esgd({ warmup: 1, updateEvery: 7 }), field.layout);
  const before = await field.parameters.read();
  const buffers = gpu.liveBuffers;
  const few = await hastily(() => stepsWithin(1, { ...given, optimizer }));
  const many = await hastily(() => stepsWithin(1e4, { ...given, optimizer }));
  assert(few >= 1 && many > few, `${few} and ${many}`);
  assertEquals(await field.parameters.read(), before);
  assertEquals(optimizer.counters, { step: 0, observations: 0 });
  assertEquals(gpu.liveBuffers, buffers);
  let end = 0;
  for await (const { step } of train({ ...given, optimizer, steps: few })) end = step;
  assertEquals(end, few);
});

Deno.test("training without an end, and a budget without time, are refused", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using field = createField(gpu, mlp({ inputs: 1, hidden: [8], outputs: 1, activation: sine() }));
  using optimizer = createOptimizer(gpu, adam(), field.layout);
  const data = { inputs: new Float32Array(4), targets: new Float32Array(4) };
  const given = { field, objective: meanSquaredError(), data, optimizer };
  await assertRejects(() => train(given).next(), Error, "expected epochs or steps, found neither");
  await assertRejects(() => stepsWithin(0, given), RangeError, "expected a number > 0, found 0");
});
