import { assertAlmostEquals, assertLess } from "@std/assert";
import {
  binaryCrossEntropy,
  createField,
  createVector,
  gaussNewtonVectorProduct,
  type Gpu,
  meanSquaredError,
  openDevice,
} from "../../mod.ts";
import { differentiate } from "../../lib/diff/passes.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import { hostBatch } from "../../lib/diff/host_batch.ts";
import { readVectors } from "../../lib/linalg/vector.ts";
import { describe, dot, type GoldenField, goldenFields, relativeError } from "../support/golden.ts";

/** Samples s of the first rows of a golden field's batch, and Gv along its direction v. */
async function samplesOf(gpu: Gpu, golden: GoldenField, rows: number, count: number) {
  using field = createField(gpu, describe(golden));
  field.parameters.write(golden.params);
  const objective = golden.loss === "mse" ? meanSquaredError() : binaryCrossEntropy();
  const inputs = Float32Array.from(golden.x.slice(0, rows * golden.input));
  const targets = Float32Array.from(golden.y.slice(0, rows * golden.output));
  const batch = { inputs, targets };
  const { gradient, gnvp } = await gaussNewtonVectorProduct(field, objective, batch, Float32Array.from(golden.v));
  using expectedGradient = gradient;
  using product = gnvp;
  using made = new DisposableStack();
  const results = Array.from({ length: count }, () => made.use(createVector(gpu, field.layout)));
  using sampleGradient = createVector(gpu, field.layout);
  using workspace = new Workspace(field, objective, { samples: rows, products: true });
  for (const [step, result] of results.entries()) {
    differentiate(workspace, {
      ...hostBatch(field, objective, batch),
      gradient: sampleGradient,
      products: [{ kind: "gaussNewtonSample", key: { seed: 5, stream: 3, step }, result }],
    });
  }
  const samples = await readVectors(results);
  assertLess(relativeError(await sampleGradient.read(), await expectedGradient.read()), 1e-6, golden.name);
  return { samples, product: await product.read() };
}

Deno.test("for one entry s sᵀ is the Gauss-Newton matrix, and on average for many", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  for (const golden of goldenFields.filter(({ name }) => ["gaussian_bce", "gabor_mse", "relu_pe_bce"].includes(name))) {
    if (golden.output === 1) {
      const { samples: [s], product } = await samplesOf(gpu, golden, 1, 1);
      const along = dot(s, golden.v);
      assertLess(relativeError(s.map((entry) => entry * along), product), 1e-5, golden.name);
    }
    const { samples, product } = await samplesOf(gpu, golden, golden.x.length / golden.input, 300);
    const mean = samples.reduce((sum, s) => sum + dot(s, golden.v) ** 2, 0) / samples.length;
    // The relative standard deviation of the mean is at most √(2/300).
    assertAlmostEquals(mean / dot(golden.v, product), 1, 0.33, golden.name);
  }
});
