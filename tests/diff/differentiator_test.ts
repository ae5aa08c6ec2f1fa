import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  createDifferentiator,
  createField,
  createVector,
  gaussian,
  gaussNewtonVectorProduct,
  hessianVectorProduct,
  lossAndGradient,
  meanSquaredError,
  mlp,
} from "../../mod.ts";
import { fileDevice } from "../support/device.ts";
import { wave } from "../support/matrices.ts";

const gpu = await fileDevice();
const description = mlp({ inputs: 2, hidden: [5, 6], outputs: 3, activation: gaussian({ sigma: 0.5 }) });
const objective = meanSquaredError();
const batchOf = (samples: number) => ({ inputs: wave(2 * samples, 1.3), targets: wave(3 * samples, 0.7) });
/** 16 rows a chunk where products are computed. */
const CHUNKED = 16 * 1600;

Deno.test("a differentiator gives the bits of the functions that differentiate once, batch after batch", async () => {
  using field = createField(gpu, description, { seed: 1 });
  const v = wave(field.parameterCount, 0.3);
  for (const memory of [undefined, CHUNKED]) {
    using differentiator = createDifferentiator(field, objective, { memory });
    for (const samples of [7, 40, 1, 40, 64]) {
      const batch = batchOf(samples);
      const g = await differentiator.lossAndGradient(batch);
      const once = await lossAndGradient(field, objective, batch, { memory });
      using gradient = once.gradient;
      assertEquals(g.loss, once.loss);
      assertEquals(await g.gradient.read(), await gradient.read());
      for (const product of ["hessianVectorProduct", "gaussNewtonVectorProduct"] as const) {
        const { loss, gradient: _, ...rest } = await differentiator[product](batch, v);
        const [found] = Object.values(rest);
        const function_ = { hessianVectorProduct, gaussNewtonVectorProduct }[product];
        const { loss: expectedLoss, gradient: own, ...restOnce } = await function_(field, objective, batch, v, {
          memory,
        });
        const [expected] = Object.values(restOnce);
        assertEquals(loss, expectedLoss);
        assertEquals(await found.read(), await expected.read(), product);
        own[Symbol.dispose]();
        expected[Symbol.dispose]();
      }
    }
  }
});

Deno.test("hundreds of calls allocate nothing after the first, and everything is freed together", async () => {
  using field = createField(gpu, description);
  const before = gpu.liveBuffers;
  {
    using differentiator = createDifferentiator(field, objective, { samples: 30 });
    const v = wave(field.parameterCount, 0.3);
    const ask = async (samples: number) => {
      const batch = batchOf(samples);
      const { gradient } = await differentiator.lossAndGradient(batch);
      await differentiator.hessianVectorProduct(batch, v);
      await differentiator.gaussNewtonVectorProduct(batch, gradient);
    };
    await ask(5);
    const [buffers, bytes] = [gpu.liveBuffers, gpu.liveBytes];
    for (let call = 1; call < 100; call++) await ask(1 + call % 30);
    assertEquals([gpu.liveBuffers, gpu.liveBytes], [buffers, bytes]);
  }
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("a vector that a call returned may be the direction of the next one", async () => {
  using field = createField(gpu, description, { seed: 1 });
  const batch = batchOf(40);
  for (const memory of [undefined, CHUNKED]) {
    using differentiator = createDifferentiator(field, objective, { memory });
    let { gradient: direction } = await differentiator.lossAndGradient(batch);
    for (let i = 0; i < 3; i++) {
      const v = await direction.read();
      const expected = await hessianVectorProduct(field, objective, batch, v, { memory });
      const { hvp, gradient } = await differentiator.hessianVectorProduct(batch, direction);
      assertEquals(await hvp.read(), await expected.hvp.read());
      assertEquals(await gradient.read(), await expected.gradient.read());
      expected.hvp[Symbol.dispose]();
      expected.gradient[Symbol.dispose]();
      direction = hvp;
    }
  }
});

Deno.test("products with several directions have the bits of each alone", async () => {
  using field = createField(gpu, description, { seed: 1 });
  const batch = batchOf(40);
  using w = createVector(gpu, field.layout);
  w.write(wave(field.parameterCount, 0.9));
  const asked = [
    { kind: "hessian", direction: wave(field.parameterCount, 0.3) },
    { kind: "gaussNewton", direction: w },
    { kind: "hessian", direction: w },
  ] as const;
  for (const memory of [undefined, CHUNKED]) {
    using differentiator = createDifferentiator(field, objective, { memory });
    const { loss, gradient, products } = await differentiator.curvatureProducts(batch, asked);
    assertEquals(new Set([gradient, ...products, w]).size, 5);
    const together = [];
    for (const product of products) together.push(await product.read());
    for (const [i, { kind, direction }] of asked.entries()) {
      const alone = kind === "hessian"
        ? await differentiator.hessianVectorProduct(batch, direction)
        : await differentiator.gaussNewtonVectorProduct(batch, direction);
      assertEquals(alone.loss, loss);
      assertEquals(await ("hvp" in alone ? alone.hvp : alone.gnvp).read(), together[i]);
    }
  }
});

Deno.test("results go into the vectors given for them, which must be distinct", async () => {
  using field = createField(gpu, description, { seed: 1 });
  using differentiator = createDifferentiator(field, objective);
  const batch = batchOf(7);
  using gradient = createVector(gpu, field.layout);
  using product = createVector(gpu, field.layout);
  using direction = createVector(gpu, field.layout);
  const result = await differentiator.hessianVectorProduct(batch, direction, { gradient, product });
  assertStrictEquals(result.gradient, gradient);
  assertStrictEquals(result.hvp, product);
  const own = await differentiator.gaussNewtonVectorProduct(batch, direction);
  assert(own.gradient !== gradient);
  assert(own.gnvp !== product);
  for (const into of [{ gradient: direction }, { product: direction }]) {
    const message = "into: expected another vector than the direction, found the direction.";
    await assertRejects(() => differentiator.hessianVectorProduct(batch, direction, into), Error, message);
  }
  const both = { gradient, product: gradient };
  const message = "into: expected two vectors for gradient and product, found one.";
  await assertRejects(() => differentiator.hessianVectorProduct(batch, direction, both), Error, message);
});

Deno.test("a differentiator refuses a second call before the first is complete, unknown kinds, and use after disposal", async () => {
  using field = createField(gpu, description, { seed: 1 });
  const before = gpu.liveBuffers;
  const batch = batchOf(7);
  const differentiator = createDifferentiator(field, objective);
  const first = differentiator.lossAndGradient(batch);
  const early = "differentiator: called while an earlier call is not complete; await that one first.";
  await assertRejects(() => differentiator.lossAndGradient(batch), Error, early);
  await first;
  await differentiator.lossAndGradient(batch);
  const direction = wave(field.parameterCount, 0.3);
  const products = [{ kind: "fisher" as "hessian", direction }];
  const kinds = 'differentiator: kind: expected "hessian" or "gaussNewton", found "fisher".';
  await assertRejects(() => differentiator.curvatureProducts(batch, products), Error, kinds);
  differentiator[Symbol.dispose]();
  await assertRejects(
    () => differentiator.lossAndGradient(batch),
    Error,
    "differentiator: used after it was disposed.",
  );
  assertEquals(gpu.liveBuffers, before);
  const samples = "differentiator: samples: expected a whole number from 1, found -1.";
  assertThrows(() => createDifferentiator(field, objective, { samples: -1 }), Error, samples);
});
