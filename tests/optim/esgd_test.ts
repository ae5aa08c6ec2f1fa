import { assertLess } from "@std/assert";
import { createOptimizer, createVector, esgd } from "../../mod.ts";
import type { Segment } from "../../lib/linalg/mod.ts";
import type { EsgdOptions } from "../../lib/optim/mod.ts";
import { fileDevice } from "../support/device.ts";
import { relativeError } from "../support/golden.ts";
import { wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();

// Padded to 16 × 16, 16 and 16 × 32 on the device.
const segments: Segment[] = [{ name: "w", shape: [5, 3] }, { name: "b", shape: [5] }, { name: "v", shape: [3, 17] }];
const sizes = [15, 5, 51];
const count = 71;
const start = wave(count, 0.2);
const gradientAt = (step: number) => wave(count, 1.3 + 0.1 * step);
/** Entries of very different size, some of them 0, segment by segment. */
const productAt = (probe: number) =>
  wave(count, 0.7 + 0.2 * probe).map((each, i) => i % 7 === 0 ? 0 : each * 10 ** (i % 5 - 2) * (i < 15 ? 1 : 30));

/** ESGD of docs/math.md, section 5 in f64, with relative damping and decoupled decay, every segment by itself. */
function reference(options: Required<EsgdOptions>, steps: number, factor: (step: number) => number): number[] {
  const { learningRate, betas: [beta1, beta2], epsilon, relativeDamping, weightDecay } = options;
  const theta = [...start];
  const m = new Array(count).fill(0);
  const d = new Array(count).fill(0);
  let probes = 0;
  for (let step = 0; step < steps; step++) {
    const rate = learningRate * factor(step);
    const due = step === 0
      ? options.initialProbes
      : step < options.warmup || (step - options.warmup + 1) % options.updateEvery === 0
      ? 1
      : 0;
    for (let i = 0; i < due; i++) {
      productAt(probes++).forEach((h, i) => d[i] = beta2 * d[i] + (1 - beta2) * h * h);
    }
    const kappa = options.biasCorrection === "steps" ? step + 1 : probes;
    const correction = Math.sqrt(1 - beta2 ** kappa);
    const g = gradientAt(step);
    let first = 0;
    for (const size of sizes) {
      const rms = Math.sqrt(d.slice(first, first + size).reduce((sum, each) => sum + each, 0) / size);
      for (let i = first; i < first + size; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        const damping = epsilon + relativeDamping * rms / correction;
        const move = m[i] / (1 - beta1 ** (step + 1)) / (Math.sqrt(d[i]) / correction + damping);
        theta[i] = (1 - weightDecay * rate) * theta[i] - rate * move;
      }
      first += size;
    }
  }
  return theta;
}

const base: Required<EsgdOptions> = {
  learningRate: 0.05,
  updateEvery: 4,
  warmup: 3,
  epsilon: 1e-2,
  betas: [0.9, 0.99],
  biasCorrection: "updates",
  initialProbes: 3,
  relativeDamping: 0,
  weightDecay: 0,
  probes: 1,
};

for (
  const [name, changes] of Object.entries<EsgdOptions>({
    "neither damping nor decay": {},
    "relative damping": { relativeDamping: 0.3 },
    "weight decay": { weightDecay: 0.7 },
    "relative damping, decay and bias correction by steps": {
      relativeDamping: 0.03,
      weightDecay: 0.2,
      biasCorrection: "steps",
      initialProbes: 1,
    },
  })
) {
  Deno.test(`ESGD with ${name} follows an f64 loop, segment by segment, at any scheduled rate`, async () => {
    const options = { ...base, ...changes };
    const steps = 30;
    const factor = (step: number) => 1 - step / 40;
    const actual = await sameBits(async () => {
      using parameters = createVector(gpu, segments);
      using gradient = createVector(gpu, segments);
      using hvp = createVector(gpu, segments);
      using optimizer = createOptimizer(gpu, esgd(options), segments);
      parameters.write(start);
      for (let step = 0, probes = 0; step < steps; step++) {
        for (let due = optimizer.requests()[0]?.count ?? 0; due > 0; due--) {
          hvp.write(productAt(probes++));
          optimizer.observe({ hvp });
        }
        gradient.write(gradientAt(step));
        optimizer.step({ parameters, gradient, learningRate: options.learningRate * factor(step) });
      }
      return await parameters.read();
    });
    // A step is made of about ten roundings of 2⁻²⁴ each, and m and d carry those of earlier steps, decaying: 30 steps of at
    // most 20 roundings, none of them amplified, since each entry only adds up.
    assertLess(relativeError(actual, reference(options, steps, factor)), 30 * 20 * 2 ** -24);
  });
}
