import { assertEquals, assertThrows } from "@std/assert";
import { adaHessianJ, adam, createOptimizer, createVector, esgd, gaussNewton, kfac } from "../../mod.ts";
import type { Segment } from "../../lib/linalg/mod.ts";
import { kroneckerLayout } from "../../lib/linalg/mod.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice();

Deno.test("vectors of another length, or padded in another way, are refused", () => {
  using optimizer = createOptimizer(gpu, esgd({ initialProbes: 1 }), 12);
  using good = createVector(gpu, new Float32Array(12));
  // Both take 64 numbers on the device, as twelve do.
  using short = createVector(gpu, new Float32Array(10));
  const message = "esgd: expected a vector of 12 parameters, found one of 10.";
  assertThrows(() => optimizer.observe({ hvp: short }), Error, message);
  optimizer.observe({ hvp: good });
  assertThrows(() => optimizer.step({ parameters: short, gradient: good }), Error, message);
  assertThrows(() => optimizer.step({ parameters: good, gradient: short }), Error, message);
  const matrix: Segment[] = [{ name: "w", shape: [6, 2] }];
  using padded = createVector(gpu, matrix);
  const segments = "esgd: expected a vector of 12 parameters, found one of other segments.";
  assertThrows(() => optimizer.step({ parameters: padded, gradient: good }), Error, segments);
  // Twelve numbers in a padding of 16 × 16 both, but in other places of it.
  using wide = createOptimizer(gpu, adam(), [{ name: "w", shape: [3, 4] }]);
  using tall = createVector(gpu, [{ name: "w", shape: [4, 3] }]);
  assertThrows(
    () => wide.step({ parameters: tall, gradient: tall }),
    Error,
    "adam: expected a vector of 12 parameters, found one of other",
  );
  assertEquals(optimizer.counters, { step: 0, observations: 1 });
  assertThrows(
    () => optimizer.step({ parameters: good, gradient: good }),
    Error,
    "esgd: expected parameters and gradient in two vectors, found one for both.",
  );
  using gradient = createVector(gpu, new Float32Array(12));
  optimizer.step({ parameters: good, gradient });
  assertEquals(optimizer.counters, { step: 1, observations: 1 });
});

Deno.test("what is observed must have the layout that it has in training", () => {
  const layout: Segment[] = [{ name: "w", shape: [3, 4], role: "weight" }];
  using good = createVector(gpu, layout);
  using other = createVector(gpu, new Float32Array(12));
  using factors = createVector(gpu, kroneckerLayout(good.layout));
  using newton = createOptimizer(gpu, gaussNewton(), layout);
  using jacobi = createOptimizer(gpu, adaHessianJ(), layout);
  using kronecker = createOptimizer(gpu, kfac(), layout);
  for (
    const [observe, message] of [
      [
        () => newton.observe({ gaussNewtonSample: other }),
        "gaussNewton: expected a vector of 12 parameters, found one of other segments.",
      ],
      [() => newton.observe({ hvp: good }), "gaussNewton: expected an observation with gaussNewtonSample, found hvp."],
      [
        () => jacobi.observe({ hvp: good, probe: other }),
        "adaHessianJ: expected a vector of 12 parameters, found one of other segments.",
      ],
      [
        () => kronecker.observe({ kroneckerFactors: good }),
        "kfac: expected a vector of 25 numbers of Kronecker factors, found one of 12.",
      ],
      [
        () => kronecker.observe({ kroneckerFactors: other }),
        "kfac: expected a vector of 25 numbers of Kronecker factors, found one of 12.",
      ],
    ] as const
  ) assertThrows(observe, Error, message);
  for (const { counters } of [newton, jacobi, kronecker]) assertEquals(counters.observations, 0);
  newton.observe({ gaussNewtonSample: good });
  jacobi.observe({ hvp: good, probe: good });
  kronecker.observe({ kroneckerFactors: factors });
  for (const { counters } of [newton, jacobi, kronecker]) assertEquals(counters.observations, 1);
});

Deno.test("a Gauss-Newton diagonal folds samples in, also where it is given Hv as well", async () => {
  using optimizer = createOptimizer(gpu, gaussNewton({ betas: [0.9, 0.5] }), 2);
  using hvp = createVector(gpu, Float32Array.of(8, 8));
  using gaussNewtonSample = createVector(gpu, Float32Array.of(2, 4));
  optimizer.observe({ hvp, gaussNewtonSample });
  assertEquals([...await optimizer.state.curvature.read()], [2, 8]);
});

Deno.test("ESGD refuses a step before its first probe, Adam asks for none and ignores any", () => {
  using vector = createVector(gpu, new Float32Array(12));
  using second = createOptimizer(gpu, esgd(), 12);
  using gradient = createVector(gpu, new Float32Array(12));
  assertThrows(() => second.step({ parameters: vector, gradient }), Error, "the first step needs a probe");
  using first = createOptimizer(gpu, adam(), 12);
  assertEquals(first.requests(), []);
  assertEquals(second.requests(), [{ kind: "hessianProbe", count: 16 }]);
  first.observe({ hvp: vector });
  assertEquals(first.counters, { step: 0, observations: 0 });
});

Deno.test("a learning rate that is no finite number from 0 up is refused, and counts for no step", () => {
  using vector = createVector(gpu, new Float32Array(12));
  using gradient = createVector(gpu, new Float32Array(12));
  using optimizer = createOptimizer(gpu, adam(), 12);
  for (const learningRate of [NaN, -1, Infinity]) {
    const message = `adam: learningRate: expected a finite number ≥ 0, found ${learningRate}.`;
    assertThrows(() => optimizer.step({ parameters: vector, gradient, learningRate }), Error, message);
  }
  assertEquals(optimizer.counters.step, 0);
  optimizer.step({ parameters: vector, gradient, learningRate: 0 });
});
