import { assertEquals, assertLess } from "@std/assert";
import { createOptimizer, createVector, openDevice, sophiaH } from "../../mod.ts";
import { relativeError } from "../support/golden.ts";

Deno.test("Sophia-H follows its algorithm in f64, whether directions are given as vectors or by their keys", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  const length = 37;
  const options = { learningRate: 0.01, gamma: 0.5, updateEvery: 3, weightDecay: 0.1 };
  const [beta1, beta2] = [0.96, 0.99];
  const start = Float32Array.from({ length }, (_, i) => Math.cos(i));
  using x = createVector(gpu, start);
  using y = createVector(gpu, start);
  using gradient = createVector(gpu, start);
  using probe = createVector(gpu, start);
  using hvp = createVector(gpu, start);
  using byVector = createOptimizer(gpu, sophiaH(options), length);
  using byKey = createOptimizer(gpu, sophiaH(options), length);
  const theta = Float64Array.from(start);
  const [m, h] = [new Float64Array(length), new Float64Array(length)];
  for (let step = 0; step < 10; step++) {
    const g = Float32Array.from({ length }, (_, i) => Math.sin(i * (step + 1)) * 10 ** (i % 5 - 4));
    gradient.write(g);
    assertEquals(byVector.requests()[0]?.count ?? 0, step % 3 === 0 ? 1 : 0);
    if (step % 3 === 0) {
      const key = { seed: 1, stream: 3, step };
      probe.fillRademacher(key);
      const v = await probe.read();
      const hv = Float32Array.from({ length }, (_, i) => Math.sin(2 * i + step));
      hvp.write(hv);
      byVector.observe({ probe, hvp });
      byKey.observe({ probe: key, hvp });
      h.forEach((_, i) => h[i] = beta2 * h[i] + (1 - beta2) * v[i] * hv[i]);
    }
    byVector.step({ parameters: x, gradient });
    byKey.step({ parameters: y, gradient });
    theta.forEach((_, i) => {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i];
      const step = Math.max(-1, Math.min(1, m[i] / Math.max(options.gamma * h[i], 1e-12)));
      theta[i] = (1 - options.weightDecay * options.learningRate) * theta[i] - options.learningRate * step;
    });
  }
  assertLess(relativeError(await x.read(), theta), 1e-6);
  assertEquals(await x.read(), await y.read());
});
