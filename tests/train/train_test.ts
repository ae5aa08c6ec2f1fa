import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  adaHessianJ,
  adam,
  createField,
  createOptimizer,
  decodeCheckpoint,
  DivergenceError,
  encodeCheckpoint,
  esgd,
  esgdSoap,
  gaussian,
  gaussNewton,
  type Gpu,
  kfac,
  lossAndGradient,
  meanSquaredError,
  mlp,
  muon,
  type OptimizerSpec,
  sgd,
  shampoo,
  sine,
  soap,
  train,
  type TrainEvent,
  type TrainOptions,
} from "../../mod.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import { permutedIndices, streams } from "../../lib/gpu/random.ts";
import { RING } from "../../lib/train/training_step.ts";
import { fileDevice } from "../support/device.ts";
import { dot, relativeError } from "../support/golden.ts";

const gpu = await fileDevice();
// Reads operands from mirrors, so that it has the same bits only where each is up to date.
const other = await fileDevice({ operands: "texture" });

// No width is a multiple of a tile; batches of 32 make 4 steps an epoch, the last of 4 samples.
const description = mlp({ inputs: 2, hidden: [18, 7], outputs: 1, activation: sine() });
const count = 100;
const inputs = Float32Array.from({ length: 2 * count }, (_, i) => Math.cos(i * 1.7));
const targets = Float32Array.from({ length: count }, (_, i) => Math.sin(3 * inputs[2 * i]) * inputs[2 * i + 1]);
const data = { inputs, targets };
const objective = meanSquaredError();

type Changes = Partial<TrainOptions> & { from?: Uint8Array; on?: Gpu };

/** Trains from a checkpoint, or afresh; returns the state that is left and what was told on the way. */
async function run(spec: OptimizerSpec, { from, on = gpu, seed = 3, ...changes }: Changes) {
  using field = createField(on, description, { seed });
  using optimizer = createOptimizer(on, spec, field.layout);
  if (from !== undefined) decodeCheckpoint(from, field, optimizer);
  const events: TrainEvent[] = [];
  const options = { field, optimizer, objective, data, batchSize: 32, epochs: 100, seed, ...changes };
  for await (const event of train(options)) events.push(event);
  const losses = events.flatMap((event) => [...event.losses]);
  return { bytes: await encodeCheckpoint(field, optimizer), parameters: await field.parameters.read(), losses, events };
}

const specs = [
  adam({ learningRate: 1e-3 }),
  esgd({ warmup: 3, updateEvery: 5, initialProbes: 4 }),
  adaHessianJ({ learningRate: 0.15, published: true }),
  muon({ learningRate: 0.02 }),
  soap({ learningRate: 3e-3, updateEvery: 3 }),
  esgdSoap({ learningRate: 0.1, warmup: 3, updateEvery: 5, basisEvery: 4, initialProbes: 4 }),
  gaussNewton({ learningRate: 0.02, hessianPower: 0.5 }),
  kfac({ learningRate: 1e-3, updateEvery: 3 }),
  shampoo({ learningRate: 2e-4, updateEvery: 7, blockSize: 16, grafting: "adam" }),
];

for (const spec of specs) {
  Deno.test(`${spec.name}: the same seed gives the same bits after 20 steps, on another device or resumed after 5; the loss falls`, async () => {
    const whole = await run(spec, { steps: 20 });
    assertEquals(whole.losses.length, 20);
    assertEquals((await run(spec, { steps: 20, on: other })).bytes, whole.bytes, "on another device");
    const begun = await run(spec, { steps: 5 });
    const resumed = await run(spec, { steps: 20, from: begun.bytes });
    assertEquals(resumed.bytes, whole.bytes, "stopped and resumed");
    assertEquals([...begun.losses, ...resumed.losses], whole.losses);
    const later = await run(spec, { epochs: 20, from: whole.bytes });
    const mean = (losses: number[]) => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    assertLess(mean(later.losses.slice(-4)), 0.5 * mean(whole.losses.slice(0, 4)));
  });
}

Deno.test("another seed gives another start, and another order from the same start", async () => {
  const { bytes: start, parameters } = await run(adam(), { steps: 1, batchSize: 100 });
  assertGreater(relativeError((await run(adam(), { steps: 1, batchSize: 100, seed: 4 })).parameters, parameters), 0.1);
  const [a, b] = [3, 4].map((seed) => run(adam(), { steps: 5, from: start, seed }));
  assertGreater(relativeError((await a).parameters, (await b).parameters), 1e-6);
});

Deno.test("a batch worked through in chunks trains as one in a piece, up to rounding", async () => {
  using field = createField(gpu, description, { seed: 3 });
  const memory = 60_000;
  for (const products of [false, true]) {
    using workspace = new Workspace(field, objective, { samples: count, products, memory });
    assertLess(workspace.chunkRows, count / 2, "more than two chunks");
  }
  for (const spec of [sgd({ learningRate: 0.1 }), esgd({ initialProbes: 2, epsilon: 1 })]) {
    const [start, whole, chunked] = await Promise.all([
      field.parameters.read(),
      run(spec, { steps: 1, batchSize: count }),
      run(spec, { steps: 1, batchSize: count, memory }),
    ]);
    const moved = (after: Float32Array) => after.map((each, i) => each - start[i]);
    // A sum over n rows, each of about ten roundings, is good to (n + 10)·2⁻²⁴·Σ|rows|, which cancellation among n rows of
    // either sign makes larger by √n. Subtracting the start adds a rounding of it.
    const relative = (count + 10) * 2 ** -24 * Math.sqrt(count);
    const norm = (vector: Float32Array) => Math.sqrt(dot(vector, vector));
    const difference = norm(whole.parameters.map((each, i) => each - chunked.parameters[i]));
    assertLess(difference, relative * norm(moved(whole.parameters)) + 2 ** -23 * norm(start), spec.name);
    assertAlmostEquals(chunked.losses[0], whole.losses[0], relative * whole.losses[0]);
  }
});

Deno.test("a short last batch is normalised by its true size", async () => {
  const few = { inputs: inputs.slice(0, 10), targets: targets.slice(0, 5) };
  using field = createField(gpu, description, { seed: 3 });
  using optimizer = createOptimizer(gpu, sgd({ learningRate: 1 }), field.layout);
  const options = { field, optimizer, objective, data: few, batchSize: 4, epochs: 1, seed: 7 };
  for await (const { stepsPerEpoch } of train({ ...options, steps: 1 })) assertEquals(stepsPerEpoch, 2);
  const before = await field.parameters.read();
  using indices = gpu.buffer("order", 5 * 4);
  permutedIndices(gpu, indices, { rows: 5, first: 0, count: 5, key: { seed: 7, stream: streams.order, step: 0 } });
  const last = new Uint32Array((await gpu.read(indices))[0])[4];
  const batch = { inputs: few.inputs.slice(2 * last, 2 * last + 2), targets: few.targets.slice(last, last + 1) };
  const alone = await lossAndGradient(field, objective, batch);
  using gradient = alone.gradient;
  const losses: number[] = [];
  for await (const event of train(options)) losses.push(...event.losses);
  const after = await field.parameters.read();
  // The same sums of one term; what is left is the rounding of θ − g.
  assertEquals(losses, [alone.loss]);
  (await gradient.read()).forEach((g, i) =>
    assertAlmostEquals(before[i] - after[i], g, 2 ** -23 * Math.max(Math.abs(before[i]), Math.abs(after[i])))
  );
});

Deno.test("losses are those of the steps in order, and epochs are told when they are complete", async () => {
  const { events } = await run(adam(), { epochs: 5, epochEvents: 2 });
  assertEquals(events[0].type, "start");
  assertEquals(events.at(-1)!.type, "end");
  assertEquals(events.filter(({ type }) => type === "epoch").map(({ step }) => step), [8, 16]);
  let step = 0;
  for (const event of events) {
    step += event.losses.length;
    assertEquals([event.step, event.epoch, event.stepsPerEpoch], [step, step / 4, 4]);
  }
  assertEquals(step, 20);
});

Deno.test("losses are those of the steps also where the ring of losses begins again", async () => {
  const around = async (epochEvents: number) => {
    using field = createField(gpu, description, { seed: 3 });
    using optimizer = createOptimizer(gpu, sgd({ learningRate: 0.1 }), field.layout);
    optimizer.restore({ step: RING - 3, observations: 0 });
    const losses: number[] = [];
    // A step is an epoch.
    const options = { field, optimizer, objective, data, batchSize: count, steps: RING + 3, epochEvents };
    for await (const event of train(options)) losses.push(...event.losses);
    return losses;
  };
  const each = await around(1);
  assertEquals(new Set(each).size, 6);
  // The second look is at up to four steps, in the ring's last slots and its first.
  assertEquals(await around(2 * RING), each);
});

Deno.test("training leaves no buffer behind: finished, left early, aborted, diverged or refused", async () => {
  const before = gpu.liveBuffers;
  await run(esgd(), { epochs: 1 });
  assertEquals(gpu.liveBuffers, before, "finished");
  {
    using field = createField(gpu, description);
    using optimizer = createOptimizer(gpu, esgd(), field.layout);
    const held = gpu.liveBuffers;
    for await (const event of train({ field, optimizer, objective, data, epochs: 9 })) if (event.step > 0) break;
    assertEquals(gpu.liveBuffers, held, "left early");
  }
  const { events } = await run(esgd(), { epochs: 9, signal: AbortSignal.abort() });
  assertEquals([events.at(-1)!.aborted, events.at(-1)!.step], [true, 0]);
  assertEquals(gpu.liveBuffers, before, "aborted");
  await assertRejects(() => run(sgd({ learningRate: 1e30 }), {}), DivergenceError);
  assertEquals(gpu.liveBuffers, before, "diverged");
  await assertRejects(() => run(esgd(), { memory: 100 }), Error, "16 rows take");
  await assertRejects(() => run(esgd(), { objective: meanSquaredError({ output: "x" }) }), Error, "no output x");
  assertEquals(gpu.liveBuffers, before, "refused");
});

Deno.test("a run that diverges stops within one read-back interval, with the step", async () => {
  using field = createField(gpu, description, { seed: 3 });
  using optimizer = createOptimizer(gpu, sgd({ learningRate: 1e30 }), field.layout);
  let told = 0;
  const error = await assertRejects(async () => {
    for await (const { step, losses } of train({ field, optimizer, objective, data, batchSize: 32, epochs: 1e6 })) {
      assert(losses.every(Number.isFinite));
      told = step;
    }
  }, DivergenceError);
  assertEquals(error.message, `Training diverged at step ${error.step}: ${error.message.split(": ")[1]}`);
  const made = optimizer.counters.step;
  assert(told < error.step && error.step <= made, `told of ${told}, diverged at ${error.step}, stopped at ${made}`);
  assertLess(made - told, RING + 1);
});

Deno.test("an update that overflows is caught although no later step sees it", async () => {
  // The gradient is finite, its product with the rate is not.
  const error = await assertRejects(
    () => run(sgd({ learningRate: 3e38 }), { steps: 1, data: { inputs, targets: targets.map((each) => 100 * each) } }),
    DivergenceError,
  );
  assertEquals(
    error.message,
    "Training diverged at step 1: a parameter is not finite from layers.0.weight to layers.2.bias (133 of 195 numbers). A lower learning rate may help.",
  );
});

Deno.test("options that are no positive whole numbers are refused", async () => {
  for (const [name, value] of [["batchSize", 0], ["epochs", 1.5], ["epochEvents", -1], ["steps", NaN]] as const) {
    await assertRejects(
      () => run(adam(), { [name]: value }),
      Error,
      `train: ${name}: expected a positive integer, found ${value}.`,
    );
  }
});

Deno.test("training says that there is nothing to do where the requested steps are made already", async () => {
  using field = createField(gpu, description);
  using optimizer = createOptimizer(gpu, adam(), field.layout);
  const options = { field, optimizer, objective, data };
  for await (const _ of train({ ...options, steps: 2 }));
  const { parameters } = field;
  const before = await parameters.read();
  await assertRejects(
    () => train({ ...options, epochs: 9, steps: 2 }).next(),
    Error,
    "train: there is nothing to do: 2 steps in all were requested, and the optimizer has made 2 already.",
  );
  assertEquals(await parameters.read(), before);
});

Deno.test("seeds of more than 32 bits, or not whole, are refused", async () => {
  for (const seed of [-1, 0.5, 2 ** 32, NaN]) {
    const found = `seed: expected a whole number from 0 to 4294967295, found ${seed}.`;
    assertThrows(() => createField(gpu, description, { seed }), RangeError, `createField: ${found}`);
    using field = createField(gpu, description);
    using optimizer = createOptimizer(gpu, adam(), field.layout);
    const training = train({ field, optimizer, objective, data, epochs: 1, seed });
    await assertRejects(() => training.next(), RangeError, `train: ${found}`);
  }
});

Deno.test("25 fields made, trained and disposed in one process leave its resident memory flat", async () => {
  const wide = mlp({ inputs: 2, hidden: [512], outputs: 3, activation: gaussian() });
  const rows = 512;
  const many = {
    inputs: Float32Array.from({ length: 2 * rows }, (_, i) => Math.sin(i)),
    targets: new Float32Array(3 * rows),
  };
  const idle = gpu.liveBytes;
  let size = 0;
  const trainOne = async (seed: number) => {
    using field = createField(gpu, wide, { seed });
    using optimizer = createOptimizer(gpu, esgd({ initialProbes: 1 }), field.layout);
    const options = { field, optimizer, objective, data: many, batchSize: rows, epochs: 1 };
    for await (const _ of train(options)) size = gpu.liveBytes - idle;
  };
  for (let seed = 0; seed < 5; seed++) await trainOne(seed);
  const before = Deno.memoryUsage().rss;
  for (let seed = 0; seed < 25; seed++) await trainOne(seed);
  // Leaving one matrix of 512 × 512 numbers of each field alive would come to more than one field takes; the rest is the runtime's own.
  assertGreater(size, 8 * 2 ** 20);
  assertLess(Deno.memoryUsage().rss - before, size);
});
