import { assertLess } from "@std/assert";
import { adam, createOptimizer, createVector, type OptimizerSpec, sgd } from "../../mod.ts";
import type { Segment } from "../../lib/linalg/mod.ts";
import { fileDevice } from "../support/device.ts";
import { relativeError } from "../support/golden.ts";
import { wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();
const segments: Segment[] = [{ name: "w", shape: [5, 3] }, { name: "b", shape: [5] }];
const count = 20;
const STEPS = 30;
const start = wave(count, 0.2);
const gradientAt = (step: number) => wave(count, 1.3 + 0.1 * step);
/** A schedule's factor. */
const factor = (step: number) => 1 - step / 40;

/** One entry's update in f64: from θ, g, its state, the scheduled rate and t = 1, 2, … to θ. */
type Update = (theta: number, g: number, state: Record<string, number>, rate: number, t: number) => number;

function momentum(mu: number, nesterov: boolean, decay: number): Update {
  return (theta, g, state, rate) => {
    state.buf = mu * (state.buf ?? 0) + g;
    return (1 - decay * rate) * theta - rate * (nesterov ? g + mu * state.buf : state.buf);
  };
}

const adamUpdate: Update = (theta, g, state, rate, t) => {
  state.m = 0.8 * (state.m ?? 0) + 0.2 * g;
  state.s = 0.95 * (state.s ?? 0) + 0.05 * g * g;
  const [m, s] = [state.m / (1 - 0.8 ** t), state.s / (1 - 0.95 ** t)];
  return (1 - 0.3 * rate) * theta - rate * m / (Math.sqrt(s) + 1e-3);
};

const cases: Record<string, [OptimizerSpec, Update]> = {
  "plain SGD with decay": [sgd({ learningRate: 0.1, weightDecay: 0.3 }), momentum(0, false, 0.3)],
  "SGD with momentum": [sgd({ learningRate: 0.1, momentum: 0.9 }), momentum(0.9, false, 0)],
  "SGD with Nesterov's momentum": [sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }), momentum(0.9, true, 0)],
  "Adam with all its options": [
    adam({ learningRate: 0.1, betas: [0.8, 0.95], epsilon: 1e-3, weightDecay: 0.3 }),
    adamUpdate,
  ],
};

for (const [name, [spec, update]] of Object.entries(cases)) {
  Deno.test(`${name} follows an f64 loop at a scheduled rate`, async () => {
    const actual = await sameBits(async () => {
      using parameters = createVector(gpu, segments);
      using gradient = createVector(gpu, segments);
      using optimizer = createOptimizer(gpu, spec, segments);
      parameters.write(start);
      for (let step = 0; step < STEPS; step++) {
        gradient.write(gradientAt(step));
        optimizer.step({ parameters, gradient, learningRate: spec.learningRate * factor(step) });
      }
      return await parameters.read();
    });
    const expected = Array.from(start, (theta, i) => {
      const state = {};
      for (let step = 0; step < STEPS; step++) {
        theta = update(theta, gradientAt(step)[i], state, spec.learningRate * factor(step), step + 1);
      }
      return theta;
    });
    // At most 20 roundings a step, none of them amplified.
    assertLess(relativeError(actual, expected), STEPS * 20 * 2 ** -24);
  });
}
