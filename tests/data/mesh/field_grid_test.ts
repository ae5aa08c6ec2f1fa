import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { createField, extractMesh, mlp, openDevice, sine } from "../../../mod.ts";
import { fieldSlices } from "../../../lib/data/mesh/mod.ts";

const description = mlp({ inputs: 3, hidden: [16], outputs: 1, activation: sine({ omega: 5 }) });

Deno.test("a field on a grid is what it is at the grid's points, slice by slice, whatever the chunks", async () => {
  // Chunks of different sizes may be computed by different kernels where these are chosen by timing.
  using gpu = await openDevice({ kernels: "register" });
  using field = createField(gpu, description, { seed: 2 });
  const grid = { size: [5, 3, 7] as const, origin: [-0.4, 0.2, -1] as const, spacing: 0.25 };
  const slices = await Array.fromAsync(fieldSlices(field, grid));
  assertEquals(slices.map(({ length }) => length), Array(7).fill(15));
  const points: number[] = [];
  for (let k = 0; k < 7; k++) {
    for (let j = 0; j < 3; j++) {
      for (let i = 0; i < 5; i++) points.push(-0.4 + 0.25 * i, 0.2 + 0.25 * j, -1 + 0.25 * k);
    }
  }
  const expected = await field.evaluate(new Float32Array(points));
  slices.forEach((slice, k) => slice.forEach((value, at) => assertAlmostEquals(value, expected[15 * k + at], 1e-6)));
  assertEquals(await Array.fromAsync(fieldSlices(field, grid, { memory: 20_000 })), slices);
  assertEquals(await Array.fromAsync(fieldSlices(field, grid)), slices);
});

Deno.test("extracting tells how far it is, and refuses a resolution that is none and a field that is not finite", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using field = createField(gpu, description, { seed: 2 });
  const parts: number[] = [];
  await extractMesh(field, { resolution: 8, progress: (part) => parts.push(part) });
  assertEquals([parts.length, parts.at(-1)], [9, 1]);
  await assertRejects(() => extractMesh(field, { resolution: 0 }), RangeError, "resolution must be a whole number");
  field.parameters.write(new Float32Array(field.parameterCount).fill(NaN));
  await assertRejects(() => extractMesh(field, { resolution: 8 }), RangeError, "expected finite samples, found NaN");
});
