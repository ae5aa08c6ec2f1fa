import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import {
  binaryCrossEntropy,
  createField,
  gaussNewtonVectorProduct,
  type Gpu,
  hessianVectorProduct,
  lossAndGradient,
  meanSquaredError,
  openDevice,
} from "../../mod.ts";
import { describe, dot, type GoldenField, goldenFields, relativeError } from "../support/golden.ts";

// With correctly rounded f32 arithmetic errors stay below 1e−6; kernels' own sin, cos and exp add a few units in the last place.
const TOLERANCE = 2e-6;

/** A golden field with its batch, objective and direction; the field is the caller's. */
function problem(gpu: Gpu, golden: GoldenField) {
  const field = createField(gpu, describe(golden));
  field.parameters.write(golden.params);
  const batch = { inputs: Float32Array.from(golden.x), targets: Float32Array.from(golden.y) };
  const objective = golden.loss === "mse" ? meanSquaredError() : binaryCrossEntropy();
  return { field, batch, objective, v: Float32Array.from(golden.v) };
}

const names = goldenFields.map(({ name }) => name);

// Where an operand is read is decided in the function that reads it, of which the rest of a kernel knows nothing, activations included. So each
// family is tried with all fields in one way, and in the other with a field whose layers have one linear map and one whose layers have two.
const some = ["sine_mse", "gabor_bce"];
const configurations = [
  { kernels: "register", operands: "texture", fields: names },
  { kernels: "register", operands: "buffer", fields: some },
  { kernels: "tile", operands: "buffer", fields: names },
  { kernels: "tile", operands: "texture", fields: some },
  { kernels: "fused", operands: "texture", fields: names },
] as const;

for (const { kernels, operands, fields } of configurations) {
  Deno.test(`outputs, gradient, Hv and Gv agree with ${fields.length} golden fields (${kernels}, ${operands})`, async () => {
    using gpu = await openDevice({ kernels, operands });
    const tried = goldenFields.filter(({ name }) => fields.includes(name));
    assertEquals(tried.length, fields.length);
    for (const golden of tried) {
      const { field: made, batch, objective, v } = problem(gpu, golden);
      using field = made;
      assertLess(relativeError(await field.evaluate(batch.inputs), golden.out), TOLERANCE, `${golden.name}: outputs`);
      const { loss, gradient: g1, hvp } = await hessianVectorProduct(field, objective, batch, v);
      const { gradient: g2, gnvp } = await gaussNewtonVectorProduct(field, objective, batch, v);
      const { gradient: g3 } = await lossAndGradient(field, objective, batch);
      assertAlmostEquals(loss / golden.value, 1, TOLERANCE, `${golden.name}: loss`);
      for (
        const [vector, expected] of [[g1, golden.grad], [hvp, golden.hvp], [g2, golden.grad], [g3, golden.grad], [
          gnvp,
          golden.gnvp,
        ]] as const
      ) {
        using owned = vector;
        const read = await owned.read();
        assertLess(relativeError(read, expected), TOLERANCE, golden.name);
        const raw = new Float32Array((await gpu.read(owned.buffer))[0]);
        assertEquals(raw, field.layout.pack(read), `${golden.name}: padding is zero`);
      }
    }
    assertEquals(gpu.liveBuffers, 0);
  });
}

Deno.test("Hv is symmetric, u·Hv = v·Hu, and Gv positive, v·Gv ≥ 0", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "texture" });
  for (const golden of goldenFields) {
    const { field: owned, batch, objective, v } = problem(gpu, golden);
    using field = owned;
    const u = v.map((_, i) => Math.cos(i * i));
    const product = async (direction: Float32Array) => {
      const { gradient, hvp } = await hessianVectorProduct(field, objective, batch, direction);
      const read = await hvp.read();
      gradient[Symbol.dispose]();
      hvp[Symbol.dispose]();
      return read;
    };
    const [hv, hu] = [await product(v), await product(u)];
    const scale = Math.sqrt(dot(hv, hv) * dot(u, u));
    assertLess(Math.abs(dot(u, hv) - dot(v, hu)) / scale, 2e-6, golden.name);
    const { gradient, gnvp } = await gaussNewtonVectorProduct(field, objective, batch, u);
    assertLess(-dot(u, await gnvp.read()), 1e-6 * scale, golden.name);
    gradient[Symbol.dispose]();
    gnvp[Symbol.dispose]();
  }
});

Deno.test("a batch worked through in chunks gives the same gradient and product up to rounding", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "texture" });
  const golden = goldenFields.find(({ name }) => name === "gaussian_bce")!;
  using field = createField(gpu, describe(golden));
  field.parameters.write(golden.params);
  const batch = { inputs: Float32Array.from(golden.x), targets: Float32Array.from(golden.y) };
  // 16 rows a chunk: 33 rows make three.
  const memory = 16 * 1700;
  const { loss, gradient, hvp } = await hessianVectorProduct(
    field,
    binaryCrossEntropy(),
    batch,
    Float32Array.from(golden.v),
    { memory },
  );
  assertAlmostEquals(loss / golden.value, 1, TOLERANCE);
  assertLess(relativeError(await gradient.read(), golden.grad), TOLERANCE);
  assertLess(relativeError(await hvp.read(), golden.hvp), TOLERANCE);
  gradient[Symbol.dispose]();
  hvp[Symbol.dispose]();
});
