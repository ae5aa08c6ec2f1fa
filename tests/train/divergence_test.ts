import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  DivergenceError,
  esgd,
  gaussian,
  kfac,
  meanSquaredError,
  mlp,
  muon,
  type OptimizerSpec,
  pictureData,
  relu,
  shampoo,
  train,
  type TrainOptions,
} from "../../mod.ts";
import { LossWatch } from "../../lib/train/loss_watch.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice();
const objective = meanSquaredError();
const count = 256;
const inputs = Float32Array.from({ length: 2 * count }, (_, i) => Math.cos(i * 1.7));
const targets = Float32Array.from({ length: count }, (_, i) => 0.5 + 0.5 * Math.sin(3 * inputs[2 * i]));
const data = { inputs, targets };
const shallow = mlp({ inputs: 2, hidden: [16, 16], outputs: 1, activation: relu() });

interface Trial extends Partial<Omit<TrainOptions, "field" | "optimizer">> {
  readonly field?: typeof shallow;
}

async function run(spec: OptimizerSpec, { field: description = shallow, ...options }: Trial = {}): Promise<number> {
  using field = createField(gpu, description, { seed: 1 });
  using optimizer = createOptimizer(gpu, spec, field.layout);
  let last = NaN;
  const all = { field, optimizer, objective, data, batchSize: 64, steps: 40, ...options };
  for await (const { losses } of train(all)) last = losses.at(-1) ?? last;
  return last;
}

Deno.test("state that is not finite is noticed and named before anything is stored, although the parameters are finite", async () => {
  using field = createField(gpu, shallow, { seed: 1 });
  using optimizer = createOptimizer(gpu, adam(), field.layout);
  const { secondMoment } = optimizer.state;
  const bad = new Float32Array(field.parameterCount);
  // m / √∞ = 0: the parameters of that layer stand still, and nothing else shows it.
  bad[field.layout.find(({ name }) => name === "layers.1.weight")!.flat] = Infinity;
  secondMoment.write(bad);
  const error = await assertRejects(async () => {
    for await (const event of train({ field, optimizer, objective, data, steps: 9 })) assertEquals(event.step, 0);
  }, DivergenceError);
  assertEquals(error.divergence, {
    step: 1,
    quantity: "state",
    where: ["layers.1.weight", "layers.1.weight"],
    count: { notFinite: 1, all: field.parameterCount },
    state: "secondMoment",
  });
  assertStringIncludes(error.message, "the optimizer's state (secondMoment) is not finite in layers.1.weight (1 of ");
  assert((await field.parameters.read()).every(Number.isFinite));
});

Deno.test("losses that stay above the limit count as divergence, passing ones do not", async () => {
  // Adam and Muon at such rates stay finite, and are far worse than a constant.
  for (const spec of [adam({ learningRate: 100 }), muon({ learningRate: 1e3 })]) {
    const error = await assertRejects(() => run(spec, { steps: 60, lossLimit: 25 }), DivergenceError);
    assertMatch(error.message, /step \d+: the loss is [\d.e+]+, above its limit of 25\.0\. A lower/);
  }
  assert(await run(adam({ learningRate: 1e-2 }), { lossLimit: 25 }) < 1);
  // The limit is exceeded by all but the last few steps.
  await run(adam({ learningRate: 1e-2 }), { steps: 45, lossLimit: 0.15 });
});

Deno.test("a few losses below the limit hide no divergence at the end, and a single one above it is none", () => {
  const [low, high] = [1, 30];
  const ends = (losses: number[]) => new LossWatch(25).look(Float32Array.from(losses), 40 + losses.length, true);
  const wave = [...Array(12).fill(low), ...Array(5).fill(high)];
  const error = assertThrows(() => ends([...wave, low, high, high, low]), DivergenceError);
  assertEquals(error.divergence, { step: 61, quantity: "loss", loss: low, limit: 25, lastGood: 58 });
  assertThrows(() => ends([high]), DivergenceError);
  ends([...wave, ...Array(5).fill(low)]);
  ends([...Array(20).fill(low), high]);
  const watch = new LossWatch(25);
  const states: [losses: number[], isAbove: boolean][] = [
    [[], false],
    [[low, low, high], true],
    [[low], false],
    [[high, high, high, high, low], true],
    [[low, low, low, low], false],
  ];
  for (const [losses, isAbove] of states) {
    watch.look(Float32Array.from(losses), 100, false);
    assertEquals(watch.isAbove, isAbove, `${losses}`);
  }
});

Deno.test("a gradient that overflows before the first update is located, and no lower rate is recommended", async () => {
  const deep = mlp({ inputs: 2, hidden: Array(64).fill(16), outputs: 1, activation: gaussian({ sigma: 0.02 }) });
  const error = await assertRejects(() => run(esgd(), { field: deep, steps: 2 }), DivergenceError);
  const { step, quantity, where } = error.divergence;
  assertEquals([step, quantity, where![0]], [1, "gradientOrProduct", "layers.0.weight"]);
  assertMatch(where![1], /^layers\.\d\d?\.(weight|bias)$/);
  assertStringIncludes(error.message, "before the first update");
});

Deno.test("Gaussian fields of 32 layers, whose gradients grow by 2.7 a layer, train with Shampoo and K-FAC", async () => {
  const deep = mlp({ inputs: 2, hidden: Array(32).fill(16), outputs: 1, activation: gaussian() });
  for (const spec of [shampoo({ learningRate: 1e-3 }), kfac()]) assert(await run(spec, { field: deep, steps: 3 }) < 2);
});

Deno.test("a number that is not finite is found in the data before training, and located", async () => {
  for (const [kind, name, at, row, column] of [["inputs", "x", 5, 2, 1], ["targets", "y", 7, 7, 0]] as const) {
    for (const value of [NaN, Infinity]) {
      const spoilt = { inputs: inputs.slice(), targets: targets.slice() };
      spoilt[kind][at] = value;
      const { message } = await assertRejects(() => run(adam(), { data: spoilt }), Error);
      const where = `data: ${kind}: \\w+, row ${row}, column ${column}: expected a finite number, found ${value}`;
      assertMatch(message, new RegExp(`^${where}\\.$`), name);
    }
  }
  const pixels = new Float32Array(12);
  pixels[7] = NaN;
  const { message } = assertThrows(() => pictureData(gpu, { width: 2, height: 2, channels: 3, pixels }), Error);
  assertEquals(message, "picture: row 1, column 0, channel 1: expected a finite number, found NaN.");
});

Deno.test("a field or an optimizer is in one call of train at a time", async () => {
  using field = createField(gpu, shallow, { seed: 1 });
  using optimizer = createOptimizer(gpu, adam(), field.layout);
  using other = createOptimizer(gpu, adam(), field.layout);
  using another = createField(gpu, shallow, { seed: 2 });
  const options = { field, optimizer, objective, data, steps: 9 };
  const running = train(options);
  await running.next();
  for (const [what, changed] of [["field", { optimizer: other }], ["optimizer", { field: another }]] as const) {
    await assertRejects(
      () => train({ ...options, ...changed }).next(),
      Error,
      `train: expected a ${what} that is not being trained, found one in an unfinished call of train.`,
    );
  }
  await running.return();
  for await (const _ of train(options));
  assertEquals(optimizer.counters.step, 9);
});

Deno.test("options that are missing, unknown or something else are refused in one sentence", async () => {
  using field = createField(gpu, shallow, { seed: 1 });
  using optimizer = createOptimizer(gpu, adam(), field.layout);
  const good = { field, optimizer, objective, data, steps: 1 };
  const cases: [Record<string, unknown>, string][] = [
    [{ field: undefined }, "train: field: expected a field made by createField, found undefined."],
    [{ optimizer: adam() }, "train: optimizer: expected an optimizer made by createOptimizer, found an object."],
    [{ objective: "mse" }, 'train: objective: expected an objective such as meanSquaredError(), found "mse".'],
    [{ data: { inputs } }, "train: data: expected training data such as pictureData(), or an object of inputs and"],
    [{ batchsize: 3 }, "train: batchsize: there is no such option; did you mean batchSize?"],
    [{ steps: "3" }, 'train: steps: expected a number, found "3".'],
    [{ schedule: "cosine" }, 'train: schedule: expected a schedule such as cosine(), found "cosine".'],
    [{ signal: true }, "train: signal: expected an AbortSignal, found true."],
    [{ lossLimit: NaN }, "train: lossLimit: expected a number above 0, found NaN."],
  ];
  for (const [changes, message] of cases) {
    await assertRejects(() => train({ ...good, ...changes } as TrainOptions).next(), Error, message);
  }
  await assertRejects(() => train(undefined as unknown as TrainOptions).next(), Error, "train: expected an object");
});
