import { assertEquals, assertLess } from "@std/assert";
import {
  binaryCrossEntropy,
  createField,
  createOptimizer,
  createVector,
  kfac,
  meanSquaredError,
  openDevice,
} from "../../mod.ts";
import { kroneckerLayout, Layout } from "../../lib/linalg/mod.ts";
import { differentiate } from "../../lib/diff/passes.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import { KroneckerFactors } from "../../lib/diff/kronecker_factors.ts";
import { hostBatch } from "../../lib/diff/host_batch.ts";
import { describe, goldenFields, relativeError } from "../support/golden.ts";
import { distance, type Matrix, matrixFrom, multiply, someMatrix, transpose } from "../support/matrix.ts";

const { kfac: golden } = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/golden/matrix_optimizers.json", import.meta.url)),
) as {
  kfac: Record<string, { damping: number; factors: { A: number[][]; G: number[][] }[]; preconditioned: number[] }>;
};

for (const [name, { damping, factors, preconditioned }] of Object.entries(golden)) {
  // One of them also in chunks of 16 rows, the last of which is not full.
  for (const memory of name === "gaussian_mse" ? [undefined, 16 * 1300] : [undefined]) {
    const way = memory === undefined ? "in one piece" : "in chunks";
    Deno.test(`K-FAC's factors and preconditioned gradient agree with ${name}, ${way}`, async () => {
      using gpu = await openDevice({ kernels: "register", operands: "buffer" });
      {
        const golden = goldenFields.find((field) => field.name === name)!;
        using field = createField(gpu, describe(golden));
        field.parameters.write(golden.params);
        const objective = golden.loss === "mse" ? meanSquaredError() : binaryCrossEntropy();
        const rows = golden.x.length / golden.input;
        using workspace = new Workspace(field, objective, { samples: rows, products: false, memory });
        using kronecker = new KroneckerFactors(gpu, field.layout, workspace.chunkRows);
        using gradient = createVector(gpu, field.layout);
        if (memory !== undefined) assertEquals(workspace.chunkRows, 16);
        const batch = { inputs: Float32Array.from(golden.x), targets: Float32Array.from(golden.y) };
        differentiate(workspace, { ...hostBatch(field, objective, batch), gradient, kronecker });
        assertLess(relativeError(await gradient.read(), golden.grad), 2e-6);
        const flat = await kronecker.factors.read();
        const expected = factors.flatMap(({ A, G }) => [G, A]);
        const layout = kroneckerLayout(field.layout);
        assertEquals(layout.length, expected.length);
        let worst = 0;
        layout.forEach(({ flat: at, size }, i) => {
          worst = Math.max(worst, relativeError(flat.subarray(at, at + size), expected[i].flat()));
        });
        assertLess(worst, 3e-6, "factors");
        using optimizer = createOptimizer(gpu, kfac({ damping }), field.layout);
        assertEquals(optimizer.requests(), [{ kind: "kroneckerFactors", count: 1 }]);
        optimizer.observe({ kroneckerFactors: kronecker.factors });
        optimizer.step({ parameters: field.parameters, gradient });
        assertEquals(optimizer.requests(), []);
        // After one step Adam's first moment is 0.1 times its gradient.
        const moment = await optimizer.state.firstMoment.read();
        const error = relativeError(moment.map((entry) => entry / (1 - 0.9)), preconditioned);
        assertLess(error, 1e-5, "preconditioned gradient");
      }
      assertEquals(gpu.liveBuffers, 0);
    });
  }
}

Deno.test("K-FAC's inverses follow its factors' averages at every refresh, not only the first", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  const [rows, columns] = [3, 4];
  const layout = new Layout([{ name: "w", shape: [rows, columns], role: "weight" }]);
  const factorLayout = kroneckerLayout(layout);
  using factors = createVector(gpu, factorLayout);
  using parameters = createVector(gpu, layout);
  using gradient = createVector(gpu, layout);
  const [damping, averaging, updateEvery] = [0.09, 0.5, 2];
  using optimizer = createOptimizer(gpu, kfac({ damping, averaging, updateEvery }), layout);
  /** Positive definite, and others at each refresh. */
  const factorsAt = (step: number) =>
    [rows, columns].map((size, side) => {
      const matrix = someMatrix(size, size, 1 + 2 * step + side);
      return multiply(matrix, transpose(matrix));
    });
  let averages: Matrix[] = [];
  for (let step = 0; step < 5; step++) {
    const due = step % updateEvery === 0;
    assertEquals(optimizer.requests(), due ? [{ kind: "kroneckerFactors", count: 1 }] : [], `step ${step}`);
    if (due) {
      const observed = factorsAt(step);
      const keep = step === 0 ? 0 : averaging;
      averages = observed.map((factor, side) =>
        factor.map((row, i) => row.map((entry, j) => keep * (averages[side]?.[i][j] ?? 0) + (1 - keep) * entry))
      );
      factors.write(observed.flat(2));
      optimizer.observe({ kroneckerFactors: factors });
    }
    gradient.write(someMatrix(rows, columns, 50 + step).flat());
    optimizer.step({ parameters, gradient });
    const inverses = await optimizer.state.inverses.read();
    factorLayout.forEach(({ rows: size, flat }, side) => {
      const damped = averages[side].map((row, i) => row.map((entry, j) => entry + (i === j ? Math.sqrt(damping) : 0)));
      // To first order F F⁻¹ − I is n ‖F‖ ‖F⁻¹‖ times f32's unit roundoff 2⁻²⁴; ‖F⁻¹‖ is at most 1/√λ.
      const tolerance = size * Math.hypot(...damped.flat()) / Math.sqrt(damping) * 2 ** -24;
      const error = distance(multiply(damped, matrixFrom(inverses, size, size, flat)));
      assertLess(error, tolerance, `step ${step}, side ${side}`);
    });
  }
});
