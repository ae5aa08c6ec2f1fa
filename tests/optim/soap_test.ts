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

for (const refresh of ["rotation", "qr"] as const) {
  Deno.test(`refreshed by ${refresh}, a side of more than 32 times the other ${refresh === "qr" ? "is rotated, too" : "keeps the identity"}`, async () => {
    using gpu = await openDevice();
    const [rows, columns] = [66, 2];
    const layout = new Layout([{ name: "w", shape: [rows, columns] }]);
    using parameters = createVector(gpu, layout);
    using gradient = createVector(gpu, layout);
    using optimizer = createOptimizer(gpu, soap({ refresh, updateEvery: 1 }), layout);
    for (let step = 0; step < 3; step++) {
      gradient.write(someMatrix(rows, columns, step).flat());
      optimizer.step({ parameters, gradient });
    }
    const basis = await optimizer.state.basis.read();
    const left = matrixFrom(basis, rows, rows, 0);
    const right = matrixFrom(basis, columns, columns, rows * rows);
    const identity = left.map((row, i) => row.map((_, j) => i === j ? 1 : 0));
    const turned = distance(left, identity);
    if (refresh === "qr") assertLess(0.1, turned);
    else assertEquals(turned, 0);
    assertLess(0.01, Math.abs(right[0][1]));
    // A rotation by the largest angle that is allowed leaves up to 1 %.
    assertLess(distance(multiply(transpose(right), right)), 0.01);
  });
}
