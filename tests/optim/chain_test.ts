import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  adam,
  chain,
  clipByGlobalNorm,
  clipGradient,
  createOptimizer,
  createVector,
  decayWeights,
  type OptimizerSpec,
  sgd,
} from "../../mod.ts";
import { type GradientTransform, stateVectors } from "../../lib/extend.ts";
import { fileDevice } from "../support/device.ts";
import { wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();
const start = Float32Array.of(1, -2, 4, 8, 3);

/** The parameters after a step at rate 0.5 with the given gradient. */
async function afterStep(spec: OptimizerSpec, entries: Float32Array): Promise<Float32Array> {
  using parameters = createVector(gpu, start);
  using gradient = createVector(gpu, entries);
  using optimizer = createOptimizer(gpu, spec, start.length);
  optimizer.step({ parameters, gradient, learningRate: 0.5 });
  return await parameters.read();
}

/** Plain gradient descent without options, as somebody else may write it. */
const plain: OptimizerSpec = {
  name: "plain",
  learningRate: 1,
  options: { learningRate: 1 },
  create: (context) => ({ ...sgd().create(context) }),
};

/** Hands on the gradient of the step before. */
const delayed: GradientTransform = {
  name: "delayed",
  options: { delay: 1 },
  create(context) {
    const state = stateVectors(context, ["last", "kept"]);
    return {
      state,
      apply({ gradient }) {
        context.gpu.copy(state.kept.buffer, state.last.buffer);
        context.gpu.copy(gradient.buffer, state.kept.buffer);
        return state.last;
      },
      [Symbol.dispose]: () => state[Symbol.dispose](),
    };
  },
};

Deno.test("weights decay by 1 − λη before the update, with the same bits on every run", async () => {
  const actual = await sameBits(() => afterStep(chain(decayWeights(0.5), plain), Float32Array.of(2, 2, 2, 2, 2)));
  // 0.75θ − 0.5·2, exact in f32.
  assertEquals(actual, start.map((entry) => 0.75 * entry - 1));
});

Deno.test("decay in front of an optimizer is that of the optimizer's own option", async () => {
  const gradient = Float32Array.of(1, 0.5, -2, 4, 0.25);
  assertEquals(
    await afterStep(chain(decayWeights(0.25), plain), gradient),
    await afterStep(sgd({ weightDecay: 0.25 }), gradient),
  );
});

Deno.test("parts of a chain act in their order, and a chain may be a part", async () => {
  const gradient = Float32Array.of(0, 6, 0, 8, 0);
  // Clipped to norm 5, decayed by 3/4, at a rate of 1/2.
  const expected = Float32Array.of(0.75, -3, 3, 4, 2.25);
  const flat = chain(clipByGlobalNorm(5), decayWeights(0.5), plain);
  const nested = chain(clipByGlobalNorm(5), chain(decayWeights(0.5), plain));
  for (const spec of [flat, nested]) {
    assertEquals(await afterStep(spec, gradient), expected);
    assertEquals(spec.options, { learningRate: 1, clipNorm: 5, weightDecay: 0.5 });
    assertEquals(spec.transforms?.map(({ name }) => name), ["clipByGlobalNorm", "decayWeights"]);
  }
  // What the first keeps is what the caller gives; the second clips it a step later.
  using parameters = createVector(gpu, start);
  using vector = createVector(gpu, gradient);
  using optimizer = createOptimizer(gpu, chain(delayed, clipByGlobalNorm(5), plain), start.length);
  optimizer.step({ parameters, gradient: vector, learningRate: 0.5 });
  assertEquals(await parameters.read(), start);
  optimizer.step({ parameters, gradient: vector, learningRate: 0.5 });
  assertEquals(await parameters.read(), Float32Array.of(1, -3.5, 4, 6, 3));
  assertEquals(await vector.read(), gradient);
});

Deno.test("a transformation's state is part of the optimizer's, and everything is freed", () => {
  const before = gpu.liveBuffers;
  {
    using optimizer = createOptimizer(gpu, chain(delayed, clipByGlobalNorm(1), adam()), 7);
    assertEquals(Object.keys(optimizer.state), ["firstMoment", "secondMoment", "delayed.last", "delayed.kept"]);
  }
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("two parts with the same hyper-parameter are refused", () => {
  assertThrows(
    () => chain(decayWeights(0.1), adam({ weightDecay: 0.01 })),
    Error,
    "adam: decayWeights adds the option weightDecay, which is there already.",
  );
  assertThrows(
    () => clipGradient(clipGradient(sgd(), 1), 2),
    Error,
    "sgd: clipByGlobalNorm adds the option clipNorm, which is there already.",
  );
  assertThrows(() => decayWeights(-1), Error, "decayWeights: weightDecay: expected a number ≥ 0, found -1.");
});

Deno.test("weight decay in front of an optimizer is the optimizer's own weight decay", async () => {
  const gradient = wave(start.length, 3);
  const spec = chain(decayWeights(0.1), adam({ learningRate: 0.01 }));
  assertEquals(spec.options.weightDecay, 0.1);
  const [before, within] = [
    await afterStep(spec, gradient),
    await afterStep(adam({ learningRate: 0.01, weightDecay: 0.1 }), gradient),
  ];
  // θ(1 − λη) is rounded once more before the step is subtracted.
  before.forEach((entry, i) => assertAlmostEquals(entry, within[i], 2 ** -22 * Math.max(1, Math.abs(entry))));
});

Deno.test("clipGradient is a chain of one clipping", async () => {
  const gradient = wave(start.length, 3);
  const expected = await afterStep(chain(clipByGlobalNorm(0.5), adam()), gradient);
  assertEquals(await afterStep(clipGradient(adam(), 0.5), gradient), expected);
});
