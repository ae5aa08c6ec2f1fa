import { assertEquals, assertLess } from "@std/assert";
import { createOptimizer, createVector, openDevice, soap } from "../../mod.ts";
import { Layout } from "../../lib/linalg/layout.ts";
import { distance, matrixFrom, multiply, someMatrix, transpose } from "../support/matrix.ts";
import { followTrajectory } from "./matrix_trajectory.ts";

for (const operands of ["buffer", "texture"] as const) {
  Deno.test(`SOAP follows the golden trajectory for 50 steps (operands from a ${operands})`, async () => {
    using gpu = await openDevice({ operands });
    const errors = await followTrajectory(gpu, "soap_lr0.01_every10", soap({ learningRate: 0.01, refresh: "qr" }));
    // The eigenvectors of G Gᵀ in f32 differ by about 1e−4 from those in f64 where eigenvalues are small.
    for (const error of Object.values(errors)) assertLess(error, 4e-4);
    assertEquals(gpu.liveBuffers, 0);
  });
}

Deno.test("matrices with a side of more than 64 begin with orthonormal bases that sort the factors' diagonals", async () => {
  using gpu = await openDevice();
  {
    const [rows, columns] = [100, 40];
    const layout = new Layout([{ name: "w", shape: [rows, columns] }]);
    using parameters = createVector(gpu, layout);
    using gradient = createVector(gpu, layout);
    using optimizer = createOptimizer(gpu, soap({ refresh: "qr" }), layout);
    const g = someMatrix(rows, columns, 1);
    gradient.write(g.flat());
    optimizer.step({ parameters, gradient });
    const { basis } = optimizer.state;
    const q = matrixFrom(await basis.read(), rows, rows, 0);
    assertLess(distance(multiply(transpose(q), q)), 2e-6);
    const rotated = multiply(transpose(q), g).map((row) => row.reduce((sum, each) => sum + each ** 2, 0));
    const total = rotated.reduce((sum, each) => sum + each, 0);
    // Two steps of orthogonal iteration leave at most rounding behind the rank, which is 40, and sort the rest.
    assertLess(rotated.slice(columns).reduce((sum, each) => sum + each, 0), 1e-5 * total);
    assertLess(0.5 * total, rotated.slice(0, columns / 2).reduce((sum, each) => sum + each, 0));
  }
  assertEquals(gpu.liveBuffers, 0);
});
