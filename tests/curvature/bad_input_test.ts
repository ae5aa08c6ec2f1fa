import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createField, meanSquaredError, mlp, sine } from "../../mod.ts";
import {
  curvatureOperator,
  equilibratedDiagonal,
  hessianMatrix,
  jacobiDiagonal,
  lanczos,
  logHistogram,
  probeOperator,
  productDensity,
  spectralDensity,
  spectrumFigures,
  symmetricEigenvalues,
} from "../../lib/curvature/mod.ts";
import { diagonalOperator } from "../support/diagonal_operator.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice({ allowSoftware: true });
const objective = meanSquaredError();
const batch = { inputs: Float32Array.of(0.1, 0.2, 0.3), targets: Float32Array.of(1, 2, 3) };
const newField = () =>
  createField(gpu, mlp({ inputs: 1, hidden: [2], outputs: 1, activation: sine({ omega: 3 }) }), { seed: 1 });

Deno.test("options of a spectral density are checked", async () => {
  using operator = diagonalOperator(gpu, new Float32Array(20).fill(1));
  for (
    const [options, message] of [
      [{ probes: 0 }, "probes: expected a whole number of at least 1, found 0."],
      [{ probes: 1.5 }, "probes: expected a whole number of at least 1, found 1.5."],
      [{ points: 1 }, "points: expected a whole number of at least 2, found 1."],
      [{ blur: 0 }, "blur: expected a finite number above 0, found 0."],
      [{ blur: Infinity }, "blur: expected a finite number above 0, found Infinity."],
      [{ blur: NaN }, "blur: expected a finite number above 0, found NaN."],
    ] as const
  ) await assertRejects(() => spectralDensity(operator, options), Error, `spectralDensity: ${message}`);
});

Deno.test("an unknown matrix and unknown directions are refused", async () => {
  using field = newField();
  assertThrows(
    () => curvatureOperator(field, objective, batch, "fisher" as "hessian"),
    Error,
    'curvatureOperator: kind: expected "hessian" or "gaussNewton", found "fisher".',
  );
  using operator = diagonalOperator(gpu, new Float32Array(20).fill(1));
  const directions = "signs" as "normal";
  for (const measure of [lanczos, probeOperator, spectralDensity]) {
    await assertRejects(
      async () => void await measure(operator, { directions }),
      Error,
      'directions: expected "rademacher" or "normal", found "signs".',
    );
  }
});

Deno.test("matrices of wrong sizes and with numbers that are not finite are refused", () => {
  for (const measure of [equilibratedDiagonal, jacobiDiagonal, symmetricEigenvalues]) {
    assertThrows(() => measure([1, 2, 3], 2), Error, ": expected 2 × 2 entries, found 3.");
    assertThrows(() => measure([], 0), Error, ": size: expected a whole number of at least 1, found 0.");
    assertThrows(() => measure([1, 2], 1.5), Error, ": size: expected a whole number of at least 1, found 1.5.");
    assertThrows(() => measure([1, 2, NaN, 3], 2), Error, ": expected finite entries, found NaN in row 1, column 0.");
  }
});

Deno.test("figures of a spectrum need finite eigenvalues, and of zeros they are no NaN", () => {
  assertThrows(() => spectrumFigures([]), Error, "spectrumFigures: expected at least one eigenvalue, found none.");
  assertThrows(() => spectrumFigures([1, NaN]), Error, "spectrumFigures: expected finite entries, found NaN at 1.");
  assertEquals(spectrumFigures([0, 0, 0]), {
    largest: 0,
    ratio: { "0.9": Infinity, "0.75": Infinity, "0.5": Infinity, "0.25": Infinity },
    above: { "1e-2": 0, "1e-4": 0, "1e-6": 0 },
    logSpread: 0,
  });
});

Deno.test("the density and the histogram of a product refuse numbers that are not finite", () => {
  using field = newField();
  const product = new Float32Array(field.parameterCount).fill(1);
  product[2] = NaN;
  assertThrows(
    () => productDensity(product, field.layout),
    Error,
    "density: expected finite entries, found NaN at 2.",
  );
  assertThrows(() => logHistogram(product), Error, "logHistogram: expected finite entries, found NaN at 2.");
  assertThrows(
    () => logHistogram(product.fill(1), 0),
    Error,
    "logHistogram: bins: expected a whole number of at least 1, found 0.",
  );
});

Deno.test("the matrix of a field says which of its numbers are not finite", async () => {
  using field = newField();
  const inputs = Float32Array.of(0.1, NaN, 0.3);
  await assertRejects(
    () => hessianMatrix(field, objective, { ...batch, inputs }),
    Error,
    "hessianMatrix: the batch's inputs: ",
  );
  const parameters = await field.parameters.read();
  parameters[1] = NaN;
  field.parameters.write(parameters);
  await assertRejects(
    () => hessianMatrix(field, objective, batch),
    Error,
    "hessianMatrix: the field's parameters: expected finite entries, found NaN at 1.",
  );
});
