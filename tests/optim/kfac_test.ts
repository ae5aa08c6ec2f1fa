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
import { kroneckerLayout } from "../../lib/linalg/mod.ts";
import { differentiate } from "../../lib/diff/passes.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import { KroneckerFactors } from "../../lib/diff/kronecker_factors.ts";
import { hostBatch } from "../../lib/diff/host_batch.ts";
import { describe, goldenFields, relativeError } from "../support/golden.ts";

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
      using gpu = await openDevice({ kernels: "register" });
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
