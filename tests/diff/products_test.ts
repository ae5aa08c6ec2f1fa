import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
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
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();
const description = mlp({ inputs: 2, hidden: [5, 6], outputs: 3, activation: gaussian({ sigma: 0.5 }) });
const objective = meanSquaredError();
const batch = { inputs: wave(2 * 7, 1.3), targets: wave(3 * 7, 0.7) };

Deno.test("a batch or direction that does not fit is refused by what is wrong with it, and leaves no buffer", async () => {
  using field = createField(gpu, description);
  const v = new Float32Array(field.parameterCount);
  const before = gpu.liveBuffers;
  const cases = [
    [{ ...batch, targets: wave(20, 1) }, v, "targets: output: expected a multiple of its width 3, found 20 numbers."],
    [
      { ...batch, targets: wave(18, 1) },
      v,
      "found 7 rows of inputs (input: 2 numbers each) and 6 of targets (output: 3 numbers each).",
    ],
    [{ inputs: wave(0, 1), targets: wave(0, 1) }, v, "batch: it has no samples."],
    [{ ...batch, inputs: { x: batch.inputs } }, v, "inputs: expected only input, found x."],
  ] as const;
  for (const [bad, direction, message] of cases) {
    await assertRejects(() => lossAndGradient(field, objective, bad), Error, message);
    await assertRejects(() => hessianVectorProduct(field, objective, bad, direction), Error, message);
    await assertRejects(() => gaussNewtonVectorProduct(field, objective, bad, direction), Error, message);
  }
  const short = `vector: 3 numbers given, but the layout has ${field.parameterCount}.`;
  await assertRejects(() => hessianVectorProduct(field, objective, batch, new Float32Array(3)), Error, short);
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("vectors of another layout, and a result in the place of its direction, are refused", async () => {
  using field = createField(gpu, description);
  const count = field.parameterCount;
  using plain = createVector(gpu, [{ name: "all", shape: [count] }]);
  using longer = createVector(gpu, new Float32Array(count + 1));
  using own = createVector(gpu, field.layout);
  const before = gpu.liveBuffers;
  for (const other of [plain, longer]) {
    const found = `expected a vector of the field's layout (${count} numbers), ` +
      `found one of another layout (${other.layout.parameterCount} numbers).`;
    await assertRejects(() => lossAndGradient(field, objective, batch, { into: other }), Error, `into: ${found}`);
    for (const product of [hessianVectorProduct, gaussNewtonVectorProduct]) {
      await assertRejects(() => product(field, objective, batch, own, { into: other }), Error, `into: ${found}`);
      await assertRejects(() => product(field, objective, batch, other), Error, `direction: ${found}`);
    }
  }
  const same = "into: expected another vector than the direction, found the direction.";
  await assertRejects(() => hessianVectorProduct(field, objective, batch, own, { into: own }), Error, same);
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("a result goes into the vector that is given for it, twice the same bits", async () => {
  using field = createField(gpu, description, { seed: 2 });
  using into = createVector(gpu, field.layout);
  const v = wave(field.parameterCount, 0.3);
  using direction = createVector(gpu, field.layout);
  direction.write(v);
  const before = gpu.liveBuffers;
  const gradient = await sameBits(async () => {
    assertStrictEquals((await lossAndGradient(field, objective, batch, { into })).gradient, into);
    return await into.read();
  });
  for (const along of [v, direction]) {
    await sameBits(async () => {
      const result = await hessianVectorProduct(field, objective, batch, along, { into });
      assertStrictEquals(result.hvp, into);
      assertEquals(await result.gradient.read(), gradient);
      result.gradient[Symbol.dispose]();
      return await into.read();
    });
  }
  assertEquals(gpu.liveBuffers, before);
});
