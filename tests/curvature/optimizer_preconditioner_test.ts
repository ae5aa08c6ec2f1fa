import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  createField,
  createOptimizer,
  createVector,
  meanSquaredError,
  mlp,
  optimizerFromConfig,
  sine,
} from "../../mod.ts";
import {
  curvatureOperator,
  gaussNewtonDiagonal,
  gaussNewtonMatrix,
  hessianMatrix,
  jacobiDiagonal,
  lanczos,
  operatorMatrix,
  preconditionedOperator,
  symmetricEigenvalues,
} from "../../lib/curvature/mod.ts";
import { preconditionedMatrix } from "../../lib/curvature/preconditioned_matrix.ts";
import { fileDevice } from "../support/device.ts";
import { randomNumbers } from "../support/random_numbers.ts";
import { relativeError } from "../support/golden.ts";

const gpu = await fileDevice({ allowSoftware: true });
const objective = meanSquaredError();
const random = randomNumbers(3);
const batch = {
  inputs: Float32Array.from({ length: 2 * 40 }, () => 2 * random() - 1),
  targets: Float32Array.from({ length: 40 }, random),
};
const description = mlp({ inputs: 2, outputs: 1, hidden: [9, 9], activation: sine({ omega: 8 }) });

Deno.test("samples estimate the diagonal of the Gauss-Newton matrix with the error that theory allows", async () => {
  using field = createField(gpu, description, { seed: 4 });
  const exact = jacobiDiagonal(await gaussNewtonMatrix(field, objective, batch), field.parameterCount);
  for (const samples of [32, 512]) {
    const diagonal = await gaussNewtonDiagonal(field, objective, batch, { samples, seed: 1 });
    // The relative variance of an entry is at most 2/samples; errors three times as large as the bound are improbable.
    assertLess(relativeError(diagonal, exact), 3 * Math.sqrt(2 / samples));
    assert(diagonal.every((entry) => entry >= 0));
  }
  await assertRejects(
    () => gaussNewtonDiagonal(field, objective, batch, { samples: 0 }),
    Error,
    "gaussNewtonDiagonal: samples: expected a whole number of at least 1, found 0.",
  );
});

let matrix: Float64Array | undefined;

for (const name of ["adam", "soap", "shampoo"]) {
  Deno.test(`the Hessian under the preconditioner of ${name} has the eigenvalues of D^-1 H`, async () => {
    const buffers = gpu.liveBuffers;
    {
      using field = createField(gpu, description, { seed: 4 });
      using hessian = curvatureOperator(field, objective, batch);
      using optimizer = createOptimizer(
        gpu,
        optimizerFromConfig({ name, ...name === "shampoo" && { blockSize: 16 } }),
        field.layout,
      );
      using gradient = createVector(gpu, field.layout);
      using trained = createVector(gpu, field.layout);
      for (let step = 0; step < 6; step++) {
        gradient.write(Float32Array.from({ length: field.parameterCount }, () => 2 * random() - 1));
        optimizer.step({ parameters: trained, gradient });
      }
      using preconditioner = (await optimizer.preconditioner(gradient))!;
      using scaled = preconditionedOperator(hessian, preconditioner);
      const size = field.parameterCount;
      const product = await operatorMatrix(scaled);
      const eigenvalues = symmetricEigenvalues(product, size);
      // tr(D⁻¹H) from the columns of D⁻¹ and of H, which are asked for separately.
      const inverse = await operatorMatrix({
        ...hessian,
        apply(direction, into) {
          using between = createVector(gpu, field.layout);
          preconditioner.applyTransposedFactor(direction, between);
          preconditioner.applyFactor(between, into);
        },
      });
      // The same for all optimizers, whose steps move other parameters.
      matrix ??= await hessianMatrix(field, objective, batch);
      const explicit = await preconditionedMatrix(field, matrix, preconditioner);
      // Each is rounded to f32 three times, and a row of a product sums as many terms as there are parameters.
      assertLess(relativeError(explicit, product), 1e-5);
      const [traces, squares] = [traceOfProduct(inverse, matrix, size), squaredTrace(inverse, matrix, size)];
      const scale = Math.max(...eigenvalues.map(Math.abs));
      assertLess(Math.abs(eigenvalues.reduce((sum, each) => sum + each) - traces), 1e-4 * scale);
      assertLess(Math.abs(eigenvalues.reduce((sum, each) => sum + each ** 2, 0) - squares), 1e-4 * squares);
      const { values } = await lanczos(scaled, { steps: 60, seed: 1 });
      assertLess(Math.abs(values[values.length - 1] - eigenvalues[size - 1]), 1e-4 * scale);
    }
    assertEquals(gpu.liveBuffers, buffers);
  });
}

/** tr(XY) of two matrices, row-major. */
function traceOfProduct(x: Float64Array, y: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) sum += x[i * size + j] * y[j * size + i];
  return sum;
}

/** tr(XYXY). */
function squaredTrace(x: Float64Array, y: Float64Array, size: number): number {
  const product = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      for (let j = 0; j < size; j++) product[i * size + j] += x[i * size + k] * y[k * size + j];
    }
  }
  return traceOfProduct(product, product, size);
}
