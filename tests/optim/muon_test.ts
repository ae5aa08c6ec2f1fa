import { assertAlmostEquals, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { adam, createOptimizer, createVector, muon, openDevice } from "../../mod.ts";
import { Layout } from "../../lib/linalg/layout.ts";
import { NEWTON_SCHULZ_ITERATIONS, NewtonSchulz } from "../../lib/linalg/newton_schulz.ts";
import { distance, eigenvalues, matrixFrom, multiply, someMatrix, transpose } from "../support/matrix.ts";
import { followTrajectory } from "./matrix_trajectory.ts";

for (const [operands, kernels] of [["buffer", "auto"], ["texture", "auto"], ["buffer", "fused"]] as const) {
  Deno.test(`Muon follows the golden trajectory for 50 steps (operands from a ${operands}, kernels ${kernels})`, async () => {
    using gpu = await openDevice({ operands, kernels });
    const spec = muon({ learningRate: 0.02, adamLearningRate: 0.01, iteration: "jordan" });
    const errors = await followTrajectory(gpu, "muon_lr0.02_adam0.01", spec);
    for (const error of Object.values(errors)) assertLess(error, 1e-6);
    assertEquals(gpu.liveBuffers, 0);
  });
}

const bounds = {
  // From 0.005 of the largest singular value on, of the matrix with rows of norm 1.
  degree17: { from: 0.005, to: [0.13, 1.87] },
  // From 0.01 on, of the same.
  unitRows: { from: 0.01, to: [0.29, 1.71] },
  // From 0.01 of the largest singular value on.
  polarExpress: { from: 0.01, to: [0.73, 1.27] },
  // From 2e-3 of the norm on.
  jordan: { from: 2e-3, to: [0.68, 1.21] },
} as const;

for (const iteration of NEWTON_SCHULZ_ITERATIONS) {
  const { from, to: [lowest, highest] } = bounds[iteration];
  const hasUnitRows = iteration === "unitRows" || iteration === "degree17";
  Deno.test(`Newton-Schulz (${iteration}) takes singular values from ${from} on into ${lowest} … ${highest}, for wide and tall matrices`, async () => {
    using gpu = await openDevice({ kernels: "register", operands: "buffer" });
    const layout = new Layout([{ name: "wide", shape: [20, 33] }, { name: "tall", shape: [41, 17] }]);
    using data = createVector(gpu, layout);
    const matrices = layout.map(({ rows, columns }, i) => someMatrix(rows, columns, i));
    data.write(matrices.flat(2));
    using newtonSchulz = new NewtonSchulz(gpu, layout, [...layout], iteration);
    const [bytes] = await gpu.read(newtonSchulz.record(data.buffer));
    const result = layout.unpack(new Float32Array(bytes, 0, layout.deviceLength));
    layout.forEach(({ rows, columns, flat }, i) => {
      const singularValues = (matrix: number[][]) => {
        const gram = rows > columns ? multiply(transpose(matrix), matrix) : multiply(matrix, transpose(matrix));
        return eigenvalues(gram).map(Math.sqrt);
      };
      const given = hasUnitRows
        ? matrices[i].map((row) => row.map((entry) => entry / Math.hypot(...row)))
        : matrices[i];
      assertGreaterOrEqual(singularValues(given)[0] / Math.hypot(...given.flat()), from);
      const values = singularValues(matrixFrom(result, rows, columns, flat));
      assertGreaterOrEqual(values[0], lowest);
      assertLess(values[values.length - 1], highest);
      if (!hasUnitRows) return;
      // X = P R with P symmetric for the matrix R with unit rows, or R P if it is tall: so RᵀX or XRᵀ is symmetric.
      const x = matrixFrom(result, rows, columns, flat);
      const product = rows > columns ? multiply(transpose(given), x) : multiply(x, transpose(given));
      assertLess(distance(product, transpose(product)), 1e-4);
    });
  });
}

for (const iteration of ["degree17", "unitRows", "polarExpress"] as const) {
  Deno.test(`a matrix of zeros stays zero, and numbers near the ends of f32's range do no harm (${iteration})`, async () => {
    using gpu = await openDevice({ kernels: "register", operands: "buffer" });
    const layout = new Layout([{ name: "zero", shape: [9, 9] }, { name: "small", shape: [8, 8] }, {
      name: "large",
      shape: [8, 8],
    }]);
    using data = createVector(gpu, layout);
    const identity = (scale: number) => Array.from({ length: 64 }, (_, i) => i % 9 === 0 ? scale : 0);
    data.write([...Array(81).fill(0), ...identity(1e-30), ...identity(1e30)]);
    using newtonSchulz = new NewtonSchulz(gpu, layout, [...layout], iteration);
    const [bytes] = await gpu.read(newtonSchulz.record(data.buffer));
    const result = layout.unpack(new Float32Array(bytes, 0, layout.deviceLength));
    assertEquals(result.subarray(0, 81), new Float32Array(81));
    for (const i of [0, 9, 63]) {
      assertLess(Math.abs(result[81 + i] - result[145 + i]), 1e-5);
      assertLess(Math.abs(result[81 + i] - 1), bounds[iteration].to[1] - 1);
    }
  });
}

Deno.test("Muon takes the same segments for matrices as others do: one of three dimensions is updated by Adam", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  const layout = new Layout([{ name: "stack", shape: [2, 16, 16] }]);
  const settings = { betas: [0.9, 0.99], epsilon: 1e-6 } as const;
  const results = [];
  for (const spec of [muon({ adamLearningRate: 0.1, ...settings }), adam({ learningRate: 0.1, ...settings })]) {
    using parameters = createVector(gpu, layout);
    using gradient = createVector(gpu, layout);
    using optimizer = createOptimizer(gpu, spec, layout);
    gradient.write(someMatrix(32, 16, 1).flat());
    optimizer.step({ parameters, gradient });
    results.push(await parameters.read());
  }
  const [found, expected] = results;
  // Both compute the same formula in f32.
  for (const [i, value] of expected.entries()) assertAlmostEquals(found[i], value, 1e-6);
});
