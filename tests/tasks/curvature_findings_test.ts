import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { SpectrumFigures } from "../../lib/curvature/mod.ts";
import { findings, linesOfSeries } from "../../tasks/curvature/findings.ts";
import { conditioning } from "../../tasks/curvature/measurements/conditioning.ts";
import { costInGradients } from "../../tasks/curvature/measurements/cost_in_gradients.ts";
import { costs } from "../../tasks/curvature/measurements/costs.ts";
import { noiseOfCurvature } from "../../tasks/curvature/measurements/curvature_noise.ts";
import { incompleteText } from "../../tasks/curvature/incomplete.ts";
import { leftOutText } from "../../tasks/curvature/left_out.ts";
import { type Part, resultsOf } from "../../tasks/curvature/part.ts";
import { plannedParts } from "../../tasks/curvature/plans.ts";
import { withShortTables } from "../../tasks/curvature/short_tables.ts";
import { spreadText } from "../../tasks/curvature/spread_text.ts";
import { curvatureShape, isCurrent, partShape, withRuns } from "../../tasks/curvature/record.ts";

/** A part of a report with a result. */
function part(series: string, measurement: string, result: unknown, { seed = 0, step = 0 } = {}): Part {
  return { series, measurement, seed, step, parameters: 9, seconds: 1, result };
}

/** A spectrum whose largest |eigenvalue| is so many times the median one. */
function spectrum(ratio: number): SpectrumFigures {
  const ratios = { "0.9": 2, "0.75": 3, "0.5": ratio, "0.25": 4 * ratio };
  return { largest: 1, ratio: ratios, above: { "1e-2": 5, "1e-4": 7, "1e-6": 9 }, logSpread: 1 };
}

Deno.test("at initialisation the findings compare the series question by question, then say what each series shows", () => {
  const shares = (share: number) => ({ zero: 0, belowThousandth: 0, belowHundredth: share });
  const density = (share: number) => [{ batchSize: 64, all: shares(share), segments: {} }];
  const under = (none: number, ...[equilibrated, jacobi, gaussNewton]: number[]) => ({
    parameters: 9,
    none: spectrum(none),
    equilibrated: spectrum(equilibrated),
    Jacobi: spectrum(jacobi),
    "Gauss-Newton": spectrum(gaussNewton),
  });
  const parts = [
    part("relu-pe", "density", density(0.2)),
    part("relu-pe", "conditioning", under(100, 10, 50, 200)),
    part("relu-pe", "noise", { noiseScale: 0.6 }),
    part("sine", "density", density(0.02)),
    part("sine", "conditioning", under(12, 4, 48, 12)),
    part("sine", "conditioning", under(27, 4, 108, 27), { seed: 1 }),
    part("sine", "noise", { noiseScale: 30 }),
  ];
  assertEquals(findings(parts), [
    "Is Hv dense? Less so for relu-pe (20 % of its entries below 1/100 of the rms); yes for sine (2 %).",
    "Which diagonal conditions best? The equilibrated one for relu-pe and sine (largest |eigenvalue| over the median one).",
    "Density at initialisation: Hv is densest for sine and sparsest for relu-pe. At batch size 64 the shares of entries below 1/100 of the rms are " +
    "2.0 % for sine and 20.0 % for relu-pe.",
    "Conditioning at initialisation (largest |eigenvalue| over the median one, small fields): the equilibrated diagonal conditions relu-pe 10 times " +
    "better than nothing, sine 4.5 (3 to 6.8) times; Jacobi's diagonal relu-pe 2 times, sine 0.25 (0.25 to 0.25) times; " +
    "the Gauss-Newton diagonal relu-pe 0.5 times, sine 1 (1 to 1) times.",
    "Noise at initialisation: the gradient's noise scale in samples is 0.6 for relu-pe and 30 for sine.",
  ]);
  const extent = { batchSizes: [64], samples: 64, directions: "rademacher" } as const;
  const [{ columns, rows }] = conditioning.section(resultsOf(conditioning, parts), extent)!.tables!;
  assertEquals(rows[0].slice(columns.indexOf("/ 0.25"), columns.indexOf("spread")), ["400", "5", "7", "9"]);
  assertEquals(linesOfSeries(parts).map((each) => each.split(":")[0]), ["relu-pe (1 seed)", "sine (2 seeds)"]);
});

Deno.test("along runs the series are compared at their last checkpoints, and one series alone with none", () => {
  const explicit = (none: number, own: number) => ({
    explicit: {
      optimizer: "adam",
      under: [{ preconditioner: "none", spectrum: spectrum(none) }, { preconditioner: "own", spectrum: spectrum(own) }],
    },
  });
  const a = [
    part("a", "run-conditioning", explicit(10, 1), { step: 4 }),
    part("a", "run-conditioning", explicit(17, 10), { step: 8 }),
  ];
  const b = [part("b", "run-conditioning", explicit(9, 10), { step: 8 })];
  assertEquals(
    findings([...a, ...b])[0],
    "Conditioning at step 8 (largest |eigenvalue| over the median one): what the optimizer divides by conditions a 1.7 times better than nothing, b 0.9 times.",
  );
  assertEquals(findings(a), []);
  assertEquals(linesOfSeries(a), [
    "a (1 seed): At step 8 the largest |eigenvalue| of the explicit Hessian is so many times the median one: 17 without a preconditioner, 10 under what adam divides by.",
  ]);
});

Deno.test("the findings begin with answers that follow from the numbers", () => {
  const diagonals = { equilibrated: 4, Jacobi: 8, "Gauss-Newton": 6, own: 4.5, none: 20 };
  const under = Object.entries(diagonals).map(([preconditioner, ratio]) => ({
    preconditioner,
    spectrum: spectrum(ratio),
  }));
  const agreement = { with: "√diag G", correlation: 0.96, medianRatio: 1, logSpread: 0.1, difference: 0 };
  const of = { step: 8 };
  const found = findings([
    part("one", "run-conditioning", { explicit: { optimizer: "adam", under } }, of),
    part("one", "gauss-newton", { residualShare: 0.1 }, of),
    part("one", "own-diagonal", { optimizer: "adam", none: false, own: { exact: true, agreements: [agreement] } }, of),
    part("many", "gauss-newton", { residualShare: 0.7 }, of),
  ]);
  assertEquals(found.slice(0, 4), [
    "Which diagonal conditions best? The equilibrated one for one (largest |eigenvalue| over the median one).",
    "Does what the optimizer divides by condition as well as the best exact diagonal? Yes for one (1.1 times its largest over median |eigenvalue|).",
    "Is the Hessian its Gauss-Newton matrix? Nearly for one (0.1 of H's norm left out); no for many (0.7).",
    "Is Adam a Gauss-Newton diagonal, √ŝ ∝ √diag G? Closely for one (correlation 0.96, spread a factor of 1.3).",
  ]);
});

Deno.test("spreads have significant digits, and are never zeros only", () => {
  assertEquals(spreadText([0.088, 0.092], 2), "0.090 ± 0.003");
  assertEquals(spreadText([19.1, 19.4], 0), "19.3 ± 0.2");
  assertEquals(spreadText([386 - 213, 386 + 213], 0), "390 ± 300");
  assertEquals(spreadText([2300, 2500], 0), "2400 ± 140");
  assertEquals(spreadText([0, 0], 4), "0.0000");
  assertEquals(spreadText([3], 2), "3.00");
});

Deno.test("long tables have the first and the last step of each series", () => {
  const rows = [1, 2, 3].flatMap((step) => Array.from({ length: 20 }, (_, i) => ["a", `${step}`, `${i}`]));
  const table = { columns: ["field", "step", "of"], numbersFrom: 1, rows };
  const { tables, paragraphs } = withShortTables({ title: "t", tables: [table] });
  assertEquals(tables![0].rows.length, 40);
  assertEquals(new Set(tables![0].rows.map(([, step]) => step)), new Set(["1", "3"]));
  assertEquals(paragraphs!.length, 1);
  const short = { title: "t", tables: [{ ...table, rows: rows.slice(0, 40) }] };
  assertEquals(withShortTables(short), short);
});

Deno.test("an unfinished report says which parts are missing, without those that are left out", () => {
  const run = (series: string, ...steps: number[]) => {
    return { series, seed: 0, checkpoints: steps.map((step) => ({ step })) };
  };
  const planned = plannedParts({ runs: [run("a", 4, 8), run("b", 4)] });
  const each = planned[0].measurements.length;
  const done = planned.slice(0, 2).flatMap(({ plan, measurements }) =>
    measurements.map(({ name }) => part(plan.series, name, {}, plan))
  );
  assertEquals(
    incompleteText(planned, done.slice(0, -1), []),
    `Incomplete: ${2 * each - 1} of ${3 * each} parts are measured; not yet: a at step 8 (seed 0); b.`,
  );
  const leftOut = [{ plan: planned[2].plan, reason: "b: gone." }];
  assertEquals(incompleteText(planned, done, leftOut), undefined);
  assertEquals(leftOutText(leftOut), "Left out: b: gone.");
  const many = ["a", "b", "c", "d", "e"].map((reason) => ({ reason: `${reason}.` }));
  assertEquals(leftOutText(many), "Left out: a; b; c, and 2 more.");
});

Deno.test("noise is compared at the last steps, which are named where they differ, and at a batch size that all have", () => {
  const scale = (series: string, step: number, noiseScale: number) => part(series, "noise", { noiseScale }, { step });
  const curvature = (series: string, sizes: number[]) => {
    const result = sizes.map((samples) => ({
      samples,
      equilibrated: 10 / samples,
      jacobi: 1,
      equilibratedDistance: 1,
      jacobiDistance: 1,
    }));
    return part(series, "noise-of-curvature", result, { step: 8 });
  };
  const [first] = findings([
    scale("a", 4, 3),
    scale("a", 8, NaN),
    scale("b", 6, 30),
    curvature("a", [100, 200]),
    curvature("b", [100]),
  ]);
  assertEquals(
    first,
    "Noise at the last steps with results (8 of a, 6 of b): the gradient's noise scale in samples is 30 for b and not measurable for a; " +
      "at step 8: D^E of two batches of 100 differs by these shares of its size: 0.10 for a and 0.10 for b.",
  );
});

Deno.test("the densest series is named only where the seeds tell, or by a clear factor of one seed", () => {
  const density = (series: string, ...shares: number[]) =>
    shares.map((share, seed) => {
      const all = { zero: 0, belowThousandth: 0, belowHundredth: share };
      return part(series, "density", [{ batchSize: 64, all, segments: {} }], { seed });
    });
  const verdict = (...parts: Part[][]) =>
    findings(parts.flat()).find((each) => each.startsWith("Density"))!.split(". ")[0];
  const start = "Density at initialisation: ";
  assertEquals(
    verdict(density("a", 0.117), density("b", 0.118)),
    `${start}the series do not differ by a factor of 1.2, so that another seed may order them otherwise`,
  );
  const far = density("c", 0.3);
  assertEquals(
    verdict(density("a", 0.117), density("b", 0.118), far),
    `${start}Hv is densest for a and b and sparsest for c`,
  );
  assertEquals(
    verdict(density("a", 0.1, 0.2), density("b", 0.2, 0.3)),
    `${start}the series do not differ by more than their spread over seeds`,
  );
  assertEquals(
    verdict(density("b", 0.12, 0.121), density("a", 0.11, 0.111)),
    `${start}Hv is densest for a and sparsest for b`,
  );
});

Deno.test("a cost below the spread of its repetitions is not measurable, and is never negative", () => {
  const gradient = [1, 1, 1, 1];
  assertAlmostEquals(costInGradients([2.4, 2.6, 2.5, 2.5], gradient), 1.5, 1e-12);
  assertEquals(costInGradients([0.8, 0.8, 0.9, 0.7], gradient), NaN);
  assertEquals(costInGradients([0.7, 1.1, 1.3, 0.8], gradient), NaN);
  const result = { gradient: 0.002, hessian: NaN, gaussNewton: 1, gaussNewtonSample: 0.5 };
  assertEquals(
    costs.finding!([{ series: "a", seed: 0, step: 0, parameters: 9, result }]),
    "Besides its gradient, the cost of a product Hv is below the spread of repetitions and not measurable, and a sample of diag G costs " +
      "0.5 gradients on this device.",
  );
});

Deno.test("ratios that are rounding are bounds, and other quantiles are compared instead", () => {
  const explicit = (ratios: number[], at75: number[]) => ({
    explicit: {
      optimizer: "adam",
      under: ["none", "equilibrated"].map((preconditioner, i) => {
        const { ratio, ...rest } = spectrum(ratios[i]);
        return { preconditioner, spectrum: { ...rest, ratio: { ...ratio, "0.75": at75[i] } } };
      }),
    },
  });
  const of = (series: string, ratios: number[], at75: number[]) =>
    part(series, "run-conditioning", explicit(ratios, at75), { step: 8 });
  const parts = [of("a", [3.57e8, 1.02e8], [60, 20]), of("b", [40, 20], [30, 15])];
  assertEquals([...findings(parts), ...linesOfSeries(parts)], [
    "Conditioning at step 8 (largest |eigenvalue| over the one at quantile 0.75, because ratios to the median one are rounding): " +
    "the equilibrated diagonal conditions a 3 times better than nothing, b 2 times.",
    "a (1 seed): At step 8 the largest |eigenvalue| of the explicit Hessian is so many times the median one: at least 1e6 (rounding) without a " +
    "preconditioner, at least 1e6 (rounding) under equilibrated.",
    "b (1 seed): At step 8 the largest |eigenvalue| of the explicit Hessian is so many times the median one: 40 without a preconditioner, 20 under " +
    "equilibrated.",
  ]);
});

Deno.test("the finding about the noise of curvature is that of the last step, which it names", () => {
  const at = (step: number, samples: number, equilibrated: number) => ({
    series: "a",
    seed: 0,
    step,
    parameters: 9,
    result: [{ samples, equilibrated, jacobi: 0.5, equilibratedDistance: 0.1, jacobiDistance: 0.1 }],
  });
  assertEquals(
    noiseOfCurvature.finding!([at(4, 64, 0.9), at(8, 64, 0.25)]),
    "At step 8 D^E of two batches of 64 samples differs by 0.25 of its size, D^J by 0.50, the noise of estimates from 32 products included.",
  );
});

Deno.test("results that were made from other numbers of products are measured anew, and a report of one run goes on", () => {
  const digest = "0123";
  const ofRun = { path: "/runs/image/r", seed: 3, checkpoints: [{ step: 4, digest }] };
  const settings = { task: "image", batchSizes: [64], samples: 64, directions: "rademacher" as const };
  const adapter = { name: "a", vendor: "v", architecture: "", software: true };
  // A report was begun like this when only one run could be measured, and the noise was that of 4 products.
  const old = { settings: { ...settings, run: ofRun }, command: "deno task curvature", adapter, versions: {} };
  assertEquals(curvatureShape(old), undefined);
  const record = withRuns(old);
  assertEquals(record.settings, { ...settings, runs: [{ series: "r", ...ofRun }] });
  const of = { seed: 3, step: 4 };
  const stale = part("r", "noise-of-curvature", [{ samples: 64, difference: 0.5 }], of);
  assertEquals([partShape(record)(stale), isCurrent(stale)], [undefined, false]);
  assertEquals(isCurrent({ ...stale, made: noiseOfCurvature.made }), true);
  // The noise of gradients was that of independent samples.
  assertEquals(isCurrent(part("r", "noise", { noiseScale: 2 }, of)), false);
  assertEquals(isCurrent(part("r", "gauss-newton", {}, of)), true);
});
