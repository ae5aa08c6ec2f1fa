import { assertEquals, assertLess } from "@std/assert";
import { adam, adamW, createOptimizer, createVector, esgd, openDevice, type OptimizerSpec, sgd } from "../../mod.ts";
import { relativeError } from "../support/golden.ts";

const golden = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/golden/optimizers.json", import.meta.url)),
) as {
  A: number[][];
  b: number[];
  x0: number[];
  probes: number[][];
  runs: Record<string, { x: Record<string, number[]>; probes_used: number }>;
};

const published = { initialProbes: 1, biasCorrection: "steps" } as const;
const specs: Record<string, OptimizerSpec> = {
  "sgd_lr0.01": sgd({ learningRate: 0.01 }),
  "sgd_lr0.01_momentum0.9": sgd({ learningRate: 0.01, momentum: 0.9 }),
  "adam_lr0.01": adam({ learningRate: 0.01 }),
  "adamw_lr0.01_wd0.1": adamW({ learningRate: 0.01, weightDecay: 0.1 }),
  "esgd_lr0.15_every10_warmup5_eps1e-4_biasSteps": esgd({
    learningRate: 0.15,
    updateEvery: 10,
    warmup: 5,
    ...published,
  }),
  "esgd_lr0.15_every100_warmup50_eps1e-4_biasSteps": esgd({ learningRate: 0.15, ...published }),
  "esgd_lr0.15_every10_warmup5_eps1e-4_biasUpdates_initial4": esgd({
    learningRate: 0.15,
    updateEvery: 10,
    warmup: 5,
    initialProbes: 4,
  }),
  "esgd_lr0.15_every100_warmup50_eps1e-4_biasUpdates_initial16_wd0.01": esgd({ learningRate: 0.15, weightDecay: 0.01 }),
};

const times = (v: ArrayLike<number>) => golden.A.map((row) => row.reduce((sum, a, i) => sum + a * v[i], 0));

Deno.test("every golden trajectory of SGD, Adam, AdamW and ESGD is followed for 400 steps", async () => {
  using gpu = await openDevice();
  for (const [name, spec] of Object.entries(specs)) {
    const run = golden.runs[name];
    using x = createVector(gpu, Float32Array.from(golden.x0));
    using gradient = createVector(gpu, new Float32Array(12));
    using hvp = createVector(gpu, new Float32Array(12));
    using optimizer = createOptimizer(gpu, spec, 12);
    let used = 0;
    let now = await x.read();
    for (let t = 1; t <= 400; t++) {
      gradient.write(times(now).map((entry, i) => entry - golden.b[i]));
      for (let probes = optimizer.requests().hessianProbes; probes > 0; probes--) {
        hvp.write(times(golden.probes[used++]));
        optimizer.observe({ hvp });
      }
      optimizer.step({ parameters: x, gradient });
      now = await x.read();
      // f32 against f64, errors of 400 steps accumulated.
      if (run.x[t] !== undefined) assertLess(relativeError(now, run.x[t]), 2e-5, `${name}, step ${t}`);
    }
    assertEquals(used, run.probes_used, name);
  }
});
