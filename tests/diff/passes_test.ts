import { assert, assertEquals, assertThrows } from "@std/assert";
import { createField, createVector, gaussian, meanSquaredError, mlp } from "../../mod.ts";
import { hostBatch } from "../../lib/diff/host_batch.ts";
import { differentiate } from "../../lib/diff/passes.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import { fileDevice } from "../support/device.ts";
import { wave } from "../support/matrices.ts";

const gpu = await fileDevice();
const description = mlp({ inputs: 2, hidden: [5, 6], outputs: 3, activation: gaussian({ sigma: 0.5 }) });
const objective = meanSquaredError();
const SAMPLES = 40;
const batch = { inputs: wave(2 * SAMPLES, 1.3), targets: wave(3 * SAMPLES, 0.7) };

for (
  const { what, memory } of [{ what: "in one chunk" }, { what: "in several chunks", memory: 16 * 1600 }]
) {
  Deno.test(`a callback says when a product is complete, before its vectors are used again (${what})`, async () => {
    using field = createField(gpu, description, { seed: 1 });
    const host = hostBatch(field, objective, batch);
    using workspace = new Workspace(field, objective, { samples: SAMPLES, products: true, memory });
    assertEquals(workspace.chunksOf({ first: 0, samples: SAMPLES }).length > 1, memory !== undefined);
    using gradient = createVector(gpu, field.layout);
    using direction = createVector(gpu, field.layout);
    using result = createVector(gpu, field.layout);
    const calls: number[] = [];
    using copies = new DisposableStack();
    const kept = Array.from({ length: 3 }, () => copies.use(createVector(gpu, field.layout)));
    const products = [0, 1, 2].map((step) => {
      const prepare = () => direction.fillRademacher({ seed: 1, stream: 0, step });
      return { kind: step === 1 ? "gaussNewton" as const : "hessian" as const, direction, result, prepare };
    });
    differentiate(workspace, {
      ...host,
      gradient,
      products,
      onProduct(product) {
        const index = products.findIndex((each) => each === product);
        calls.push(index);
        gpu.copy(result.buffer, kept[index].buffer);
      },
    });
    assertEquals(calls, [0, 1, 2]);
    const whole = await gradient.read();
    const together = [];
    for (const copy of kept) together.push(await copy.read());
    for (const [i, product] of products.entries()) {
      differentiate(workspace, { ...host, gradient, products: [product] });
      assertEquals(await result.read(), together[i]);
      assertEquals(await gradient.read(), whole);
      assert(together[i].some((entry) => entry !== 0));
    }
  });
}

Deno.test("products are refused by a workspace that was made without memory for them", () => {
  using field = createField(gpu, description);
  using workspace = new Workspace(field, objective, { samples: SAMPLES, products: false });
  using gradient = createVector(gpu, field.layout);
  using direction = createVector(gpu, field.layout);
  using result = createVector(gpu, field.layout);
  const request = { ...hostBatch(field, objective, batch), gradient };
  const products = [{ kind: "hessian" as const, direction, result }];
  const message = "differentiate: this workspace was created without memory for products.";
  assertThrows(() => differentiate(workspace, { ...request, products }), Error, message);
});
