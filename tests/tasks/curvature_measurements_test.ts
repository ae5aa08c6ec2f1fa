import { assertAlmostEquals, assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  createVector,
  type Field,
  meanSquaredError,
  mlp,
  type Optimizer,
  sgd,
  sine,
} from "../../mod.ts";
import {
  diagonalAgreement,
  equilibratedDiagonal,
  gradientNoise,
  jacobiDiagonal,
  preconditionedEigenvalues,
  spectrumFigures,
} from "../../lib/curvature/mod.ts";
import { tableData } from "../../lib/data/training_data.ts";
import type { Result } from "../../tasks/curvature/measurement.ts";
import { noiseOfCurvature } from "../../tasks/curvature/measurements/curvature_noise.ts";
import { gaussNewton } from "../../tasks/curvature/measurements/gauss_newton.ts";
import { noise } from "../../tasks/curvature/measurements/noise.ts";
import { ownPreconditioning } from "../../tasks/curvature/measurements/own_preconditioner.ts";
import { ownDiagonal } from "../../tasks/curvature/measurements/own_diagonal.ts";
import { runConditioning } from "../../tasks/curvature/measurements/run_conditioning.ts";
import type { Moment } from "../../tasks/curvature/moment.ts";
import { Subject } from "../../tasks/curvature/subject.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice({ allowSoftware: true });
const objective = meanSquaredError();
const plan = { series: "sine", seed: 0, step: 0 };

/** A row of the data, whose targets are far from what the field returns. */
const row = (i: number) => ({ inputs: Float32Array.of(Math.sin(i)), targets: Float32Array.of(2 + Math.cos(3 * i)) });

/** A field with training data of so many rows, to be measured. */
function subjectOf(count: number, { width = 4, optimizer = sgd() } = {}) {
  const made = new DisposableStack();
  const description = mlp({ inputs: 1, hidden: [width], outputs: 1, activation: sine({ omega: 3 }) });
  const field = made.use(createField(gpu, description, { seed: 1 }));
  const rows = Array.from({ length: count }, (_, i) => row(i));
  const all = (of: "inputs" | "targets") => Float32Array.from(rows, (each) => each[of][0]);
  const data = made.use(tableData(field, objective, { inputs: all("inputs"), targets: all("targets") }));
  const restoreOptimizer = () => stepped(createOptimizer(gpu, optimizer, field.layout), field);
  const moment = { ...plan, field, input: { objective, data }, restoreOptimizer } as unknown as Moment;
  const extent = { batchSizes: [4, 16], samples: 16, directions: "rademacher" } as const;
  const subject = made.use(new Subject(moment, extent, new AbortController().signal));
  return { field, rows, subject, [Symbol.dispose]: () => made.dispose() };
}

/** An optimizer that has made a step. */
function stepped(optimizer: Optimizer, { layout }: Field): Optimizer {
  using gradient = createVector(gpu, layout);
  using trained = createVector(gpu, layout);
  gradient.write(Float32Array.from({ length: layout.parameterCount }, (_, i) => Math.cos(i)));
  trained.write(new Float32Array(layout.parameterCount));
  optimizer.step({ parameters: trained, gradient });
  return optimizer;
}

const resultOf = <R>(result: R): Result<R>[] => [{ ...plan, parameters: 13, result }];

Deno.test("the noise of gradients of 50 samples is measured with batches that share none", async () => {
  using small = subjectOf(50);
  // Of all samples on their own, it is exact.
  const { noiseScale: exact } = await gradientNoise(small.field, objective, small.rows, { population: 50 });
  const { noiseScale } = await noise.measure(small.subject) as { noiseScale: number };
  assertGreater(noiseScale, exact / 3);
  assertLess(noiseScale, 3 * exact);
});

Deno.test("where the data have too few samples, no number is given for the noise of gradients", async () => {
  using tiny = subjectOf(7);
  const result = await noise.measure(tiny.subject);
  assertEquals(noise.figures(result), []);
  assertEquals(
    noise.finding!(resultOf(result)),
    "The noise of the gradient cannot be measured, because the data have fewer than 8 samples.",
  );
});

Deno.test("the noise of curvature is measured only with batches that share no sample", async () => {
  using small = subjectOf(50);
  const found = await noiseOfCurvature.measure(small.subject);
  // Four batches of 16 are more than 50 samples.
  assertEquals(found.map(({ samples }) => samples), [4]);
  const [text] = noiseOfCurvature.section(resultOf(found), small.subject.extent)!.paragraphs!;
  assertStringIncludes(text, "estimated from 32 products");
  assertStringIncludes(text, "The differences include the noise of these estimates");
});

Deno.test("the report says that an optimizer has no preconditioner", async () => {
  using small = subjectOf(50);
  const results = resultOf(await ownDiagonal.measure(small.subject));
  const sentence = "The optimizer sgd has no preconditioner that could be compared with diagonals.";
  assertEquals(ownDiagonal.finding!(results), sentence);
  assertEquals(ownDiagonal.section(results, small.subject.extent)!.paragraphs, [sentence]);
});

Deno.test("at a checkpoint of a small field the Hessian is explicit, and so are the diagonals", async () => {
  using small = subjectOf(50, { optimizer: adam() });
  const { hessian, gaussNewton: ofOutputs, size } = (await small.subject.matrices())!;
  const { explicit } = await runConditioning.measure(small.subject);
  const { own } = await ownDiagonal.measure(small.subject);
  assertEquals([explicit!.optimizer, own!.exact], ["adam", true]);
  // √ŝ after one step is the gradient's size, for both of the following.
  const root = Float64Array.from({ length: size }, (_, i) => Math.abs(Math.cos(i)));
  const diagonals = [
    Float64Array.from({ length: size }, () => 1),
    equilibratedDiagonal(hessian, size),
    jacobiDiagonal(hessian, size),
    jacobiDiagonal(ofOutputs, size),
    root,
  ];
  for (const [i, { spectrum }] of explicit!.under.entries()) {
    const { largest, logSpread } = spectrumFigures(preconditionedEigenvalues(hessian, diagonals[i]));
    // 1e-6 of the largest entry is added to a diagonal here, and not to the optimizer's.
    assertAlmostEquals(spectrum.largest / largest, 1, 1e-3);
    assertAlmostEquals(spectrum.logSpread, logSpread, 1e-2);
  }
  const jacobi = own!.agreements.find((each) => each.with === "D^J")!;
  assertAlmostEquals(jacobi.logSpread, diagonalAgreement(root, diagonals[2]).logSpread, 1e-3);
});

Deno.test("estimates of conditioning are left out where the explicit Hessian says the same", async () => {
  using small = subjectOf(50, { optimizer: adam() });
  const results = resultOf(await ownPreconditioning.measure(small.subject));
  const { extent } = small.subject;
  assertEquals([ownPreconditioning.section(results, extent), ownPreconditioning.finding!(results)], [
    undefined,
    undefined,
  ]);
  const large = results.map((each) => ({ ...each, parameters: 3004 }));
  assertEquals(ownPreconditioning.section(large, extent)!.tables![0].rows.length, 5);
});

Deno.test("a checkpoint's field that is too large for an explicit Hessian has estimates, and the report says so", async () => {
  using large = subjectOf(50, { width: 1001 });
  const results = [{ ...resultOf(await runConditioning.measure(large.subject))[0], parameters: 3004 }];
  const [text] = runConditioning.section(results, large.subject.extent)!.paragraphs!;
  assertEquals(text, "Explicit Hessians are computed of fields of up to 3000 parameters: sine has 3004 parameters.");
  assertEquals(
    gaussNewton.section(resultOf(await gaussNewton.measure(large.subject)), large.subject.extent),
    undefined,
  );
});
