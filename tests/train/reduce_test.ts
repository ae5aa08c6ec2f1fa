import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  createField,
  createOptimizer,
  esgd,
  meanSquaredError,
  mlp,
  openDevice,
  type OptimizerSpec,
  sgd,
  sine,
  train,
} from "../../mod.ts";
import type { Reduce } from "../../lib/train/mod.ts";

const description = mlp({ inputs: 2, hidden: [16], outputs: 1, activation: sine() });
const count = 50;
const inputs = Float32Array.from({ length: 2 * count }, (_, i) => Math.cos(i * 1.7));
const targets = Float32Array.from({ length: count }, (_, i) => Math.sin(3 * inputs[2 * i]));

/** Two epochs of two steps; parameters and losses after them. */
async function trained(spec: OptimizerSpec, reduce?: Reduce) {
  using gpu = await openDevice({ kernels: "register" });
  const losses: number[] = [];
  let parameters: Float32Array = new Float32Array();
  {
    using field = createField(gpu, description, { seed: 5 });
    using optimizer = createOptimizer(gpu, spec, field.layout);
    const options = { field, optimizer, objective: meanSquaredError(), data: { inputs, targets }, batchSize: 32 };
    for await (const event of train({ ...options, epochs: 2, reduce })) losses.push(...event.losses);
    parameters = await field.parameters.read();
  }
  assertEquals(gpu.liveBuffers, 0);
  return { parameters, losses };
}

/** Multiplies the vector of that name. */
const scaling = (name: string, factor: number): Reduce => async (vectors) => {
  if (name in vectors) vectors[name].write((await vectors[name].read()).map((x) => factor * x));
};

Deno.test("a hook that changes nothing gives the same bits", async () => {
  const probing = esgd({ warmup: 1, initialProbes: 2 });
  assertEquals(await trained(probing, () => Promise.resolve()), await trained(probing));
});

Deno.test("a hook that halves the gradient halves a plain step", async () => {
  const { parameters } = await trained(sgd({ learningRate: 0.1 }), scaling("gradient", 0.5));
  assertEquals(parameters, (await trained(sgd({ learningRate: 0.05 }))).parameters);
});

Deno.test("a hook that doubles products, also with the probes of the first step, halves the step", async () => {
  const spec = (learningRate: number) => esgd({ learningRate, warmup: 4, initialProbes: 3, epsilon: 1e-30 });
  const { parameters } = await trained(spec(0.02), scaling("product", 2));
  const expected = (await trained(spec(0.01))).parameters;
  parameters.forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-6));
});

Deno.test("a step calls the hook for every product but the last, then for all that is left", async () => {
  const calls: string[] = [];
  await trained(esgd({ warmup: 1, updateEvery: 3, initialProbes: 2 }), (vectors) => {
    calls.push(Object.keys(vectors).join("+"));
    return Promise.resolve();
  });
  const [product, gradient, both] = ["product", "gradient+outcome", "product+gradient+outcome"];
  assertEquals(calls, [product, both, gradient, gradient, both]);
});

Deno.test("the outcome is the loss and a flag, and what the hook makes of it counts", async () => {
  const seen: number[] = [];
  const spec = sgd({ learningRate: 0.01 });
  const { losses } = await trained(spec, async ({ outcome }) => {
    const [loss, notFinite] = await outcome.read();
    assertEquals(notFinite, 0);
    seen.push(loss);
    outcome.write([loss + 1, 0]);
  });
  assertEquals(seen, (await trained(spec)).losses);
  assertEquals(losses, seen.map((loss) => Math.fround(loss + 1)));
  let step = 0;
  const flagging: Reduce = async ({ outcome }) => {
    if (++step === 3) outcome.write([(await outcome.read())[0], 1]);
  };
  await assertRejects(() => trained(spec, flagging), Error, "diverged at step 3");
});

Deno.test("an outcome tells that something was not finite", async () => {
  const flags: number[] = [];
  const noting: Reduce = async ({ outcome }) => {
    flags.push((await outcome.read())[1]);
  };
  await assertRejects(() => trained(sgd({ learningRate: 1e30 }), noting), Error, "diverged at step");
  assertEquals(flags[0], 0);
  assertEquals(flags.at(-1), 1);
});

Deno.test("an error in the hook ends the training", async () => {
  await assertRejects(() => trained(sgd(), () => Promise.reject(new Error("no peer"))), Error, "no peer");
});
