import { assertEquals, assertLess, assertNotEquals } from "@std/assert";
import { createField, createVector, gaussian, meanSquaredError, mlp } from "../../mod.ts";
import { type CurvatureOperator, curvatureOperator } from "../../lib/curvature/mod.ts";
import { fillDirection } from "../../lib/curvature/direction.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice({ allowSoftware: true });
const objective = meanSquaredError();

function fieldAndBatch(samples: number) {
  const inputs = Float32Array.from({ length: 2 * samples }, (_, i) => Math.sin(12.9 * i));
  const targets = Float32Array.from({ length: samples }, (_, i) => Math.cos(7 * i));
  const description = mlp({ inputs: 2, hidden: [8, 8], outputs: 1, activation: gaussian() });
  return { field: createField(gpu, description, { seed: 1 }), batch: { inputs, targets } };
}

/** Products with several directions, in vectors of their own. */
async function productsOf(operator: CurvatureOperator): Promise<Float32Array[]> {
  const found = [];
  for (let i = 0; i < 4; i++) {
    using direction = createVector(gpu, operator.layout);
    using product = createVector(gpu, operator.layout);
    fillDirection(direction, "normal", 3, i);
    operator.apply(direction, product);
    found.push(await product.read());
  }
  return found;
}

for (const kind of ["hessian", "gaussNewton"] as const) {
  Deno.test(`products of a fixed operator have the same bits (${kind})`, async () => {
    const { field, batch } = fieldAndBatch(50);
    using _field = field;
    const before = gpu.liveBuffers;
    {
      using each = curvatureOperator(field, objective, batch, kind);
      using once = curvatureOperator(field, objective, batch, kind, { fixed: true });
      using other = curvatureOperator(field, objective, batch, kind, { fixed: true });
      const expected = await productsOf(each);
      assertEquals(await productsOf(once), expected);
      // Operators do not disturb one another.
      assertEquals(await productsOf(other), expected);
      assertEquals(await productsOf(once), expected);
    }
    assertEquals(gpu.liveBuffers, before);
  });
}

Deno.test("without being fixed, an operator follows the field's parameters", async () => {
  const { field, batch } = fieldAndBatch(50);
  using _field = field;
  using operator = curvatureOperator(field, objective, batch);
  const [first] = await productsOf(operator);
  field.parameters.write((await field.parameters.read()).map((entry) => 1.1 * entry));
  const [second] = await productsOf(operator);
  assertNotEquals(second, first);
  assertLess(first.length, 200);
});
