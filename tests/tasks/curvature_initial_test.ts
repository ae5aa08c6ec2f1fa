import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { createField, gabor, Layout, meanSquaredError, mlp, relu, sine } from "../../mod.ts";
import { gaussNewtonMatrix, hessianMatrix, matrixDensity, productDensity } from "../../lib/curvature/mod.ts";
import { symmetricEigenpairs } from "../../lib/curvature/eigenvalues.ts";
import { tableData } from "../../lib/data/training_data.ts";
import type { Measurement, Result } from "../../tasks/curvature/measurement.ts";
import { costs } from "../../tasks/curvature/measurements/costs.ts";
import { density } from "../../tasks/curvature/measurements/density.ts";
import { densityByLayer } from "../../tasks/curvature/measurements/density_by_layer.ts";
import { dominant } from "../../tasks/curvature/measurements/dominant.ts";
import { entrySizes } from "../../tasks/curvature/measurements/entry_sizes.ts";
import { estimates } from "../../tasks/curvature/measurements/estimates.ts";
import { hessianDensity } from "../../tasks/curvature/measurements/hessian_density.ts";
import { spectrum } from "../../tasks/curvature/measurements/spectrum.ts";
import { storedDensities } from "../../tasks/curvature/measurements/shares.ts";
import type { Moment } from "../../tasks/curvature/moment.ts";
import { plannedParts } from "../../tasks/curvature/plans.ts";
import { isCurrent, partShape } from "../../tasks/curvature/record.ts";
import { Subject } from "../../tasks/curvature/subject.ts";
import { checkShape } from "../../tasks/shell/shape.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice({ allowSoftware: true });
const objective = meanSquaredError();
const sines = mlp({ inputs: 1, hidden: [6, 6], outputs: 1, activation: sine({ omega: 3 }) });

/** A new field with training data of so many rows. The small field is the field itself. */
function subjectOf(
  count: number,
  { seed = 0, description = sines, batchSizes = [4, 16], signal = new AbortController().signal } = {},
) {
  const made = new DisposableStack();
  const plan = { series: "new", seed, step: 0 };
  const field = made.use(createField(gpu, description, { seed }));
  const inputs = Float32Array.from({ length: count }, (_, i) => Math.sin(i));
  const targets = Float32Array.from({ length: count }, (_, i) => 2 + Math.cos(3 * i));
  const data = made.use(tableData(field, objective, { inputs, targets }));
  const moment = { ...plan, field, input: { objective, data }, small: description } as unknown as Moment;
  const extent = { batchSizes, samples: count, directions: "rademacher" } as const;
  const subject = made.use(new Subject(moment, extent, signal));
  const resultOf = <R>(result: R): Result<R> => ({ ...plan, parameters: field.parameterCount, result });
  return { field, subject, resultOf, batch: { inputs, targets }, [Symbol.dispose]: () => made.dispose() };
}

const figureOf = <R>(measurement: Measurement<R>, result: R, figure: string, of: string) =>
  measurement.figures(result).find((each) => each[0] === figure && each[1] === of)![2];

Deno.test("densities are those of all batch sizes, large ones only of the first seed, and all samples stand for larger ones", async () => {
  const batchSizes = [1, 64, 65536, 131072];
  using first = subjectOf(20000, { batchSizes });
  const found = await density.measure(first.subject);
  assertEquals(found.map(({ batchSize }) => batchSize), [1, 64, 20000]);
  using second = subjectOf(20000, { batchSizes, seed: 1 });
  const other = await density.measure(second.subject);
  assertEquals(other.map(({ batchSize }) => batchSize), [1, 64]);
  using only = subjectOf(20000, { batchSizes: [65536], seed: 1 });
  assertEquals((await density.measure(only.subject)).map(({ batchSize }) => batchSize), [20000]);

  const results = [first.resultOf(found), second.resultOf(other)];
  const [{ rows }] = density.section(results, first.subject.extent)!.tables!;
  assertEquals(rows.map(([, , size]) => size), ["1", "64", "20000"]);
  assertEquals(rows.map(([, , , zero]) => zero), ["0.0000", "0.0000", "0.0000"]);
  assertEquals(rows.map(([, , , , below]) => below.includes("±")).at(-1), false);
  assertMatch(
    density.finding!(results)!,
    /^0\.0 % of the entries .* at batch size 64\. At batch size 20000 they are 0\.0 % and /,
  );
  const [{ rows: layers }] = densityByLayer.section(results, first.subject.extent)!.tables!;
  assertEquals(layers.map(([, size, layer]) => `${size} ${layer}`), ["64 layers.0", "64 layers.1", "64 layers.2"]);
});

Deno.test("spectra of runs are means over seeds at each step, and the report speaks of first seeds only where they count", async () => {
  using first = subjectOf(20);
  const { extent } = first.subject;
  const result = await spectrum.measure(first.subject);
  const larger = { ...result, none: { ...result.none, mean: 2 * result.none.mean } };
  const at = (seed: number, step: number) => ({
    series: "r",
    seed,
    step,
    parameters: 9,
    result: seed > 0 ? larger : result,
  });
  const along = spectrum.section([at(0, 4), at(0, 8), at(1, 4), at(1, 8)], extent)!;
  assertEquals(along.tables![0].rows.map(([, step, , , mean]) => [step, mean.includes("±")]), [["4", true], [
    "8",
    true,
  ]]);
  assertMatch(along.paragraphs![0], /The plot has the first seed at the last step\.$/);
  const sizes = await entrySizes.measure(first.subject);
  const [text] = entrySizes.section([{ series: "r", seed: 0, step: 4, parameters: 9, result: sizes }], extent)!
    .paragraphs!;
  assertMatch(text, /The plot has the first seed at the last step\.$/);
  assertMatch(spectrum.section([at(0, 0)], extent)!.paragraphs![0], /It is that of the first seed\.$/);
  const shares = await density.measure(first.subject);
  const ofRun = [{ series: "r", seed: 0, step: 4, parameters: 9, result: shares }];
  assertEquals(density.section(ofRun, extent)!.paragraphs![0].includes("first seed"), false);
});

Deno.test("a signal ends the product of a large batch between its passes", async () => {
  const controller = new AbortController();
  using large = subjectOf(20000, { batchSizes: [20000], signal: controller.signal });
  const before = gpu.liveBuffers;
  setTimeout(() => controller.abort(), 0);
  await assertRejects(() => density.measure(large.subject), DOMException, "aborted");
  // The subject keeps its batch.
  assertLess(gpu.liveBuffers - before, 5);
});

Deno.test("a layer's share is that of the entries of all its maps, weights and biases apart", () => {
  using field = createField(gpu, mlp({ inputs: 1, hidden: [3], outputs: 2, activation: gabor() }), { seed: 0 });
  const { layout } = field;
  const entries = Float32Array.from({ length: layout.parameterCount }, (_, i) => [0, 1, 1e-4][i % 3]);
  const { layers } = storedDensities(productDensity(entries, layout), layout);
  assertEquals(layers.map(({ layer, role }) => `${layer} ${role}`), [
    "layers.0 weight",
    "layers.0 bias",
    "layers.1 weight",
    "layers.1 bias",
  ]);
  for (const { layer, role, zero, belowHundredth } of layers) {
    const own = layout.filter((each) => each.block === layer && each.role === role)
      .flatMap(({ flat, size }) => Array.from(entries.subarray(flat, flat + size)));
    assertAlmostEquals(zero, own.filter((entry) => entry === 0).length / own.length, 1e-12);
    assertAlmostEquals(belowHundredth, own.filter((entry) => entry < 1e-3).length / own.length, 1e-12);
  }
  // A layout without layers has one part.
  const plain = new Layout(3);
  assertEquals(storedDensities(productDensity(Float32Array.of(0, 0, 1), plain), plain).layers[0].zero, 2 / 3);
});

Deno.test("the density of the explicit Hessian is that of its entries", async () => {
  using small = subjectOf(30, { description: mlp({ inputs: 1, hidden: [6, 6], outputs: 1, activation: relu() }) });
  const { explicit } = await hessianDensity.measure(small.subject) as { explicit: { all: { zero: number } } };
  const matrix = await hessianMatrix(small.field, objective, small.batch);
  assertEquals(explicit.all.zero, matrixDensity(matrix, small.field.layout).all.zero);
  assertGreater(explicit.all.zero, 0.1);
});

Deno.test("errors of estimates fall with the root of the number of probes, that of diag G too", async () => {
  using small = subjectOf(40);
  const found = await estimates.measure(small.subject);
  assertEquals(found.map(({ probes }) => probes), [2, 8, 32, 128]);
  for (const { probes, gaussNewton, equilibrated } of found) {
    // An entry of diag G from one sample has a relative deviation of at most √2. Entries are not independent, hence the factor.
    assertLess(gaussNewton, 3 * Math.sqrt(2 / probes));
    assertLess(equilibrated, 3 * Math.sqrt(1 / probes));
  }
  assertLess(found[3].gaussNewton, found[0].gaussNewton);
  assertMatch(
    estimates.finding!([small.resultOf(found)])!,
    /^Estimates from 32 probes have these relative errors: D\^E \d\.\d\d, D\^J \d\.\d\d, diag G \d\.\d\d\.$/,
  );
});

Deno.test("costs are measured times, in gradients", async () => {
  using small = subjectOf(40);
  const found = await costs.measure(small.subject);
  assertGreater(found.gradient, 0);
  // On a busy machine a cost may be below the spread of its repetitions.
  for (const cost of [found.hessian, found.gaussNewton, found.gaussNewtonSample]) {
    assert(Number.isNaN(cost) || cost > 0 && cost < 100);
  }
  assertEquals(figureOf(costs, found, "cost in gradients", "product Hv"), found.hessian);
});

Deno.test("the dominant eigenvector and its layers are those of the explicit Hessian", async () => {
  using small = subjectOf(40);
  const { field, batch } = small;
  const found = await dominant.measure(small.subject);
  const size = field.parameterCount;
  const matrix = await hessianMatrix(field, objective, batch);
  const { values, vectors } = symmetricEigenpairs(matrix, size);
  const order = Array.from(values.keys()).sort((i, j) => Math.abs(values[j]) - Math.abs(values[i]));
  const largest = Math.abs(values[order[0]]);
  for (const [i, { eigenvalue, residual, layers }] of found.pairs.entries()) {
    assertAlmostEquals(eigenvalue, values[order[i]], 1e-4 * largest);
    assertLess(residual, 1e-3 * largest);
    for (const { layer, share } of layers) {
      const squares = field.layout.filter(({ block }) => block === layer).flatMap(({ flat, size: entries }) =>
        Array.from({ length: entries }, (_, row) => vectors[(flat + row) * size + order[i]] ** 2)
      );
      // The error of a direction is the residual over the distance to the next eigenvalue.
      assertAlmostEquals(share, squares.reduce((sum, each) => sum + each, 0), 5e-3);
    }
    assertAlmostEquals(layers.reduce((sum, { share }) => sum + share, 0), 1, 1e-12);
  }
  const traceOf = (entries: Float64Array) =>
    Array.from({ length: size }, (_, i) => entries[i * size + i]).reduce((sum, each) => sum + each, 0);
  const trace = traceOf(matrix);
  const gaussNewtonTrace = traceOf(await gaussNewtonMatrix(field, objective, batch));
  const norm = Math.sqrt(matrix.reduce((sum, each) => sum + each ** 2, 0));
  for (
    const [{ value, error }, expected] of [
      [found.trace, trace],
      [found.gaussNewtonTrace, gaussNewtonTrace],
      [found.frobenius, norm],
    ] as const
  ) {
    assertLess(Math.abs(value - expected), 4 * error);
    assertLess(error, 0.5 * norm);
  }
  const sections = dominant.section([small.resultOf(found)], small.subject.extent)!;
  assertEquals(sections.tables!.map(({ rows }) => rows.length), [1, 3]);
});

Deno.test("results that an earlier version stored are measured anew where they meant something else, and new measurements are added", () => {
  const settings = {
    task: "image",
    batchSizes: [64],
    samples: 64,
    directions: "rademacher" as const,
    fields: { activations: ["sine"], seeds: 1, smallWidth: 12, options: {} },
  };
  const adapter = { name: "a", vendor: "v", architecture: "", software: true };
  const shape = partShape({ settings, command: "deno task curvature", adapter, versions: {} });
  const stored = (measurement: string, result: unknown) => {
    return { series: "sine", seed: 0, step: 0, measurement, parameters: 99, seconds: 1, result };
  };
  const shares = { zero: 0, belowThousandth: 0, belowHundredth: 0 };
  const earlier = [
    stored("density", [{ batchSize: 64, all: shares, segments: { "layers.0.weight": shares } }]),
    stored("estimates", [{ probes: 2, equilibrated: 0.4, jacobi: 1 }]),
    stored("spectrum", {}),
  ];
  for (const part of earlier) assertEquals([shape(part), isCurrent(part)], [undefined, false]);
  // It says the same as before, and one thing more.
  const same = stored("gauss-newton", { residualShare: 0.5, zeroEntries: 0.1 });
  assertEquals([shape(same), isCurrent(same)], [undefined, true]);
  const planned = plannedParts(settings)[0].measurements.map(({ name }) => name);
  for (const name of ["hessian-density", "dominant", "costs"]) assert(planned.includes(name));
  assertThrows(
    () => checkShape(stored("sizes", {}), shape, "results.jsonl, line 1"),
    UserError,
    "results.jsonl, line 1, measurement: expected one of ",
  );
});
