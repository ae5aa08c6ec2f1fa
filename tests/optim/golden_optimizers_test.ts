import { assertEquals, assertLess } from "@std/assert";
import {
  adaHessianE,
  adaHessianJ,
  adam,
  adamW,
  createOptimizer,
  createVector,
  esgd,
  esgdMax,
  openDevice,
  type OptimizerSpec,
  sgd,
} from "../../mod.ts";
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

const learningRate = 0.15;
const published = { learningRate, initialProbes: 1, biasCorrection: "steps" } as const;
const often = { updateEvery: 10, warmup: 5 };
const specs: Record<string, OptimizerSpec> = {
  "sgd_lr0.01": sgd({ learningRate: 0.01 }),
  "sgd_lr0.01_momentum0.9": sgd({ learningRate: 0.01, momentum: 0.9 }),
  "adam_lr0.01": adam({ learningRate: 0.01 }),
  "adamw_lr0.01_wd0.1": adamW({ learningRate: 0.01, weightDecay: 0.1 }),
  "esgd_lr0.15_every10_warmup5_eps1e-4_biasSteps": esgd({ ...often, ...published }),
  "esgd_lr0.15_every100_warmup50_eps1e-4_biasSteps": esgd(published),
  "esgd_lr0.15_every10_warmup5_eps1e-4_biasUpdates_initial4": esgd({ learningRate, ...often, initialProbes: 4 }),
  "esgd_lr0.15_every100_warmup50_eps1e-4_biasUpdates_initial16_wd0.01": esgd({ learningRate, weightDecay: 0.01 }),
  "esgd_max_lr0.15_every10_warmup5_eps1e-4": esgdMax(often),
  "esgd_max_lr0.15_every100_warmup50_eps1e-4": esgdMax(),
  "adahessian_e_lr0.15_eps1e-4": adaHessianE(),
  "adahessian_j_lr0.15_eps1e-4": adaHessianJ(),
  "adahessian_j_authors_lr0.15_eps1e-4": adaHessianJ({ published: true }),
};

const times = (v: ArrayLike<number>) => golden.A.map((row) => row.reduce((sum, a, i) => sum + a * v[i], 0));

Deno.test("every golden trajectory of the diagonal optimizers is followed for 400 steps", async () => {
  assertEquals(Object.keys(specs).toSorted(), Object.keys(golden.runs).toSorted());
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  using probe = createVector(gpu, new Float32Array(12));
  using hvp = createVector(gpu, new Float32Array(12));
  using gradient = createVector(gpu, new Float32Array(12));
  const runs = Object.entries(specs).map(([name, spec]) => ({
    name,
    optimizer: createOptimizer(gpu, spec, 12),
    parameters: createVector(gpu, Float32Array.from(golden.x0)),
    now: Float32Array.from(golden.x0),
    probes: 0,
    worst: 0,
  }));
  for (let t = 1; t <= 400; t++) {
    for (const run of runs) {
      const { optimizer, parameters } = run;
      gradient.write(times(run.now).map((entry, i) => entry - golden.b[i]));
      for (let probes = optimizer.requests()[0]?.count ?? 0; probes > 0; probes--) {
        const v = golden.probes[run.probes++];
        probe.write(v);
        hvp.write(times(v));
        optimizer.observe({ probe, hvp });
      }
      optimizer.step({ parameters, gradient });
    }
    // Together, because a read-back costs 11 ms.
    const read = await Promise.all(runs.map(({ parameters }) => parameters.read()));
    runs.forEach((run, i) => {
      run.now = read[i] as Float32Array<ArrayBuffer>;
      const expected = golden.runs[run.name].x[t];
      if (expected !== undefined) run.worst = Math.max(run.worst, relativeError(run.now, expected));
    });
  }
  for (const { name, probes, worst, optimizer, parameters } of runs) {
    assertEquals(probes, golden.runs[name].probes_used, name);
    // f32 against f64, errors of 400 steps accumulated.
    assertLess(worst, 5e-6, name);
    optimizer[Symbol.dispose]();
    parameters[Symbol.dispose]();
  }
});
