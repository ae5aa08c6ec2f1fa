import { assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { createVector, muon, openDevice } from "../../mod.ts";
import { Layout } from "../../lib/linalg/layout.ts";
import { NewtonSchulz } from "../../lib/linalg/newton_schulz.ts";
import { eigenvalues, matrixFrom, multiply, someMatrix, transpose } from "../support/matrix.ts";
import { followTrajectory } from "./matrix_trajectory.ts";

for (const operands of ["buffer", "texture"] as const) {
  Deno.test(`Muon follows the golden trajectory for 50 steps (operands from a ${operands})`, async () => {
    using gpu = await openDevice({ operands });
    const spec = muon({ learningRate: 0.02, adamLearningRate: 0.01 });
    const errors = await followTrajectory(gpu, "muon_lr0.02_adam0.01", spec);
    for (const error of Object.values(errors)) assertLess(error, 1e-6);
    assertEquals(gpu.liveBuffers, 0);
  });
}

Deno.test("Newton-Schulz takes singular values from 2e-3 on into 0.68 … 1.21, for wide and tall matrices", async () => {
  using gpu = await openDevice();
  const layout = new Layout([{ name: "wide", shape: [20, 33] }, { name: "tall", shape: [41, 17] }]);
  using data = createVector(gpu, layout);
  const matrices = layout.map(({ rows, columns }, i) => someMatrix(rows, columns, i));
  data.write(matrices.flat(2));
  using newtonSchulz = new NewtonSchulz(gpu, layout, [...layout]);
  const [bytes] = await gpu.read(newtonSchulz.record(data.buffer));
  const result = layout.unpack(new Float32Array(bytes, 0, layout.deviceLength));
  layout.forEach(({ rows, columns, flat }, i) => {
    const singularValues = (matrix: number[][]) => {
      const gram = rows > columns ? multiply(transpose(matrix), matrix) : multiply(matrix, transpose(matrix));
      return eigenvalues(gram).map(Math.sqrt);
    };
    const norm = Math.hypot(...matrices[i].flat());
    assertGreaterOrEqual(singularValues(matrices[i])[0] / norm, 2e-3);
    const values = singularValues(matrixFrom(result, rows, columns, flat));
    assertGreaterOrEqual(values[0], 0.68);
    assertLess(values[values.length - 1], 1.21);
  });
});
