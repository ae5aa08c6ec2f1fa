import { assert } from "@std/assert";
import { binaryCrossEntropy, createField, meanSquaredError } from "../../mod.ts";
import {
  curvatureOperator,
  equilibratedDiagonal,
  gaussNewtonMatrix,
  hessianMatrix,
  jacobiDiagonal,
  lanczos,
  matrixDensity,
  preconditionedEigenvalues,
  probeOperator,
  spectrumFigures,
  symmetricEigenvalues,
} from "../../lib/curvature/mod.ts";
import { fileDevice } from "../support/device.ts";
import { describe, type GoldenField, relativeError } from "../support/golden.ts";

interface Figures {
  largest: number;
  ratio: Record<string, number>;
  above: Record<string, number>;
  log_spread: number;
}

/** A case of fixtures/golden/curvature.json. */
interface GoldenCurvature extends GoldenField {
  parameters: number;
  eigenvalues: number[];
  trace: number;
  frobenius: number;
  hessian_zeros: number;
  gauss_newton_trace: number;
  equilibrated: number[];
  jacobi: number[];
  gauss_newton_diagonal: number[];
  spectrum: Record<"none" | "equilibrated" | "jacobi" | "gauss_newton", Figures>;
}

const cases: GoldenCurvature[] = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/golden/curvature.json", import.meta.url)),
);

const gpu = await fileDevice({ allowSoftware: true });

for (const golden of cases) {
  const size = golden.parameters;
  const objective = golden.loss === "mse" ? meanSquaredError() : binaryCrossEntropy();
  const batch = { inputs: Float32Array.from(golden.x), targets: Float32Array.from(golden.y) };

  Deno.test(`${golden.name}: matrices, eigenvalues and diagonals are those in double precision`, async () => {
    using field = createField(gpu, describe(golden), { seed: 0 });
    field.parameters.write(Float32Array.from(golden.params));
    const hessian = await hessianMatrix(field, objective, batch);
    const gaussNewton = await gaussNewtonMatrix(field, objective, batch);

    const eigenvalues = symmetricEigenvalues(hessian, size);
    const largest = Math.max(...golden.eigenvalues.map(Math.abs));
    for (const [i, value] of golden.eigenvalues.entries()) within(eigenvalues[i], value, 1e-5 * largest);
    within(traceOf(hessian, size), golden.trace, 1e-5 * sizeOfTrace(hessian, size));
    within(traceOf(gaussNewton, size), golden.gauss_newton_trace, 1e-5 * golden.gauss_newton_trace);
    within(matrixDensity(hessian, field.layout).all.zero, golden.hessian_zeros, 0.002);

    const diagonals = {
      equilibrated: equilibratedDiagonal(hessian, size),
      jacobi: jacobiDiagonal(hessian, size),
      gauss_newton_diagonal: jacobiDiagonal(gaussNewton, size),
    };
    for (const [name, diagonal] of Object.entries(diagonals)) {
      const error = relativeError(diagonal, golden[name as keyof typeof diagonals]);
      assert(error < 1e-5, `${name}: relative error ${error}`);
    }
    checkFigures("none", spectrumFigures(eigenvalues), golden.spectrum.none);
    for (const [name, diagonal] of Object.entries(diagonals)) {
      const key = name.replace("_diagonal", "") as keyof typeof golden.spectrum;
      checkFigures(key, spectrumFigures(preconditionedEigenvalues(hessian, diagonal)), golden.spectrum[key]);
    }
  });
}

Deno.test("Lanczos and probes agree with the explicit spectrum of a field", async () => {
  const golden = cases.find(({ name }) => name === "gaussian_mse")!;
  const batch = { inputs: Float32Array.from(golden.x), targets: Float32Array.from(golden.y) };
  using field = createField(gpu, describe(golden), { seed: 0 });
  field.parameters.write(Float32Array.from(golden.params));
  using hessian = curvatureOperator(field, meanSquaredError(), batch);

  const { values, weights } = await lanczos(hessian, { steps: 60, seed: 3 });
  const last = golden.eigenvalues.length - 1;
  within(values[0], golden.eigenvalues[0], 1e-4 * Math.abs(golden.eigenvalues[0]));
  within(values[values.length - 1], golden.eigenvalues[last], 1e-4 * golden.eigenvalues[last]);
  within(weights.reduce((sum, each) => sum + each), 1, 1e-10);

  const probes = 200;
  const { trace, frobenius, diagonal, equilibrated } = await probeOperator(hessian, { probes, seed: 1 });
  within(trace.value, golden.trace, 4 * trace.error);
  within(frobenius.value, golden.frobenius, 4 * frobenius.error);
  // A row's norm from n probes has a relative standard deviation of at most about 1/√(2n); the diagonal's error is its row's rest.
  assert(relativeError(equilibrated, golden.equilibrated) < 3 / Math.sqrt(2 * probes));
  assert(
    Math.abs(relativeError(diagonal.map(Math.abs), golden.jacobi)) <
      4 * golden.frobenius / norm(golden.jacobi) / Math.sqrt(probes),
  );
});

function checkFigures(name: string, found: ReturnType<typeof spectrumFigures>, expected: Figures): void {
  within(found.largest, expected.largest, 0.01 * expected.largest, `${name}: largest`);
  for (const [quantile, ratio] of Object.entries(expected.ratio)) {
    // Larger ratios divide by eigenvalues that are rounding in f32, so they are a lower bound only.
    if (ratio < 3000) within(found.ratio[quantile], ratio, 0.01 * ratio, `${name}: ratio at ${quantile}`);
    else assert(found.ratio[quantile] > 2900, `${name}: ratio at ${quantile}: ${found.ratio[quantile]}`);
  }
  within(found.above["1e-2"], expected.above["1e-2"], 1, `${name}: above 1e-2`);
}

function within(found: number, expected: number, tolerance: number, what = "value"): void {
  assert(Math.abs(found - expected) <= tolerance, `${what}: expected ${expected} ± ${tolerance}, found ${found}`);
}

function traceOf(matrix: Float64Array, size: number): number {
  return diagonalOf(matrix, size).reduce((sum, each) => sum + each, 0);
}

/** The sum of the sizes of the diagonal's entries, which is what the rounding of a trace is compared with. */
function sizeOfTrace(matrix: Float64Array, size: number): number {
  return diagonalOf(matrix, size).reduce((sum, each) => sum + Math.abs(each), 0);
}

function diagonalOf(matrix: Float64Array, size: number): number[] {
  return Array.from({ length: size }, (_, i) => matrix[i * size + i]);
}

function norm(entries: readonly number[]): number {
  return Math.hypot(...entries);
}
