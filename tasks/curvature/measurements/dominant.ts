import { dominantEigenvectors } from "../../../lib/curvature/dominant_eigenvectors.ts";
import type { Estimate } from "../../../lib/curvature/estimate.ts";
import { hutchPlusPlus } from "../../../lib/curvature/hutch_plus_plus.ts";
import { curvatureOperator } from "../../../lib/curvature/operator.ts";
import type { Layout } from "../../../lib/linalg/layout.ts";
import { panelsPlotSvg, type PlotSeries } from "../../run/plot.ts";
import { list, number, object, type Shaped, text } from "../../shell/shape.ts";
import { lineOf } from "../line_of.ts";
import type { Figure, Measurement, Result } from "../measurement.ts";
import { bySeries, bySteps, lastSteps } from "../series.ts";
import { PROBES } from "../subject.ts";
import { percent } from "./shares.ts";

/** How many eigenvectors. */
const COUNT = 3;
/** Steps of Lanczos' method. */
const STEPS = 24;
/** Products of Hutch++, about as many as of Hutchinson's method. */
const PRODUCTS = 33;

const any = number({ nonFinite: true });
const estimate = object({ value: any, error: any });

const shape = object({
  /** Of the Hessian, by Hutchinson's method. */
  trace: estimate,
  traceByHutchPlusPlus: estimate,
  frobenius: estimate,
  /** The pairs of largest |eigenvalue|, with ‖Hu − λu‖ and the share of ‖u‖² in each layer. */
  pairs: list(
    object({ eigenvalue: any, residual: any, layers: list(object({ layer: text(), share: any })) }),
    { least: 1 },
  ),
});

type Dominant = Shaped<typeof shape>;
type Pair = Dominant["pairs"][number];

/** Trace and Frobenius norm of the whole field's Hessian, and in which layers its dominant eigenvectors lie. */
export const dominant: Measurement<Dominant> = {
  name: "dominant",
  doing: "trace and dominant eigenvectors",
  needs: "field",
  firstSeedOnly: true,
  made: `${PROBES} probes, ${PRODUCTS} products, ${STEPS} steps, ${COUNT} eigenvectors`,
  shape,
  // The probes have been made already, for the spectrum.
  work: ({ samples }) => (STEPS + COUNT + PRODUCTS) * samples,
  async measure(subject) {
    const { moment: { field, input: { objective }, seed }, extent, signal } = subject;
    const { trace, frobenius } = await subject.probes();
    using hessian = curvatureOperator(field, objective, subject.draw(extent.samples), "hessian", { fixed: true });
    const traceByHutchPlusPlus = await hutchPlusPlus(hessian, { products: PRODUCTS, seed, signal });
    using found = await dominantEigenvectors(hessian, COUNT, { steps: STEPS, seed, signal });
    const pairs: Pair[] = [];
    for (const [i, vector] of found.vectors.entries()) {
      const layers = sharesOfLayers(await vector.read(), field.layout);
      pairs.push({ eigenvalue: found.values[i], residual: found.residuals[i], layers });
    }
    return { trace, traceByHutchPlusPlus, frobenius, pairs };
  },
  figures: ({ trace, traceByHutchPlusPlus, frobenius, pairs }) => [
    ...figuresOf("trace", "Hutchinson", trace),
    ...figuresOf("trace", "Hutch++", traceByHutchPlusPlus),
    ...figuresOf("Frobenius norm", "", frobenius),
    ...pairs.flatMap(({ eigenvalue, residual, layers }, i): Figure[] => [
      ["dominant eigenvalue", `${i + 1}`, eigenvalue],
      ["residual of the dominant eigenvector", `${i + 1}`, residual],
      ...layers.map(({ layer, share }): Figure => ["share of the dominant eigenvector", `${i + 1}, ${layer}`, share]),
    ]),
  ],
  plot(results) {
    const panels = Array.from({ length: COUNT }, (_, at) => ({
      xLabel: "Layer",
      yLabel: `Share of eigenvector ${at + 1}`,
      series: lastSteps(results).map(({ name, results }): PlotSeries => {
        const layers = layersOf(results);
        return { name, x: layers.map((_, i) => i + 1), ...lineOf(layers.map((layer) => sharesOf(results, at, layer))) };
      }),
    }));
    return panelsPlotSvg({ title: "In which layers the dominant eigenvectors lie", panels });
  },
  section: (results, { samples }) => ({
    title: "Trace, norm and dominant eigenvectors",
    paragraphs: [
      `Trace and Frobenius norm of the whole field's Hessian on ${samples} samples, ± their standard errors: from ${PROBES} products with random signs ` +
      `(Hutchinson), and the trace from ${PRODUCTS} products by Hutch++, whose error is the smaller one where few eigenvalues stand out.`,
      `The eigenvalues λ of largest size with their unit eigenvectors u, from ${STEPS} steps of Lanczos' method: λ² is the share of the squared Frobenius ` +
      "norm that the direction u has, and ‖Hu − λu‖/|λ| is its relative error. The shares say how much of ‖u‖² belongs to the weights and biases of each " +
      "layer. The plot has the last step of a run; the tables have the first seed.",
    ],
    tables: [{
      columns: ["field", "step", "trace (Hutchinson)", "trace (Hutch++)", "‖H‖_F"],
      numbersFrom: 1,
      rows: firstSeeds(results).map(({ series, step, result: { trace, traceByHutchPlusPlus, frobenius } }) => {
        return [series, `${step}`, ...[trace, traceByHutchPlusPlus, frobenius].map(estimateText)];
      }),
    }, pairsTable(results)],
  }),
  finding(results) {
    const { step, result: { pairs: [{ eigenvalue, residual, layers }], frobenius } } = firstSeeds(results).at(-1)!;
    const most = layers.reduce((a, b) => b.share > a.share ? b : a);
    const at = step > 0 ? `At step ${step} the` : "The";
    return `${at} eigenvector of the largest eigenvalue has ${
      percent(most.share)
    } of its square in ${most.layer}, and the eigenvalue has ${
      percent(Math.min(1, (eigenvalue / frobenius.value) ** 2))
    } of the squared norm of the Hessian (relative residual ${(residual / Math.abs(eigenvalue)).toPrecision(1)}).`;
  },
};

/** The first result of each series at each step. */
function firstSeeds(results: readonly Result<Dominant>[]): Result<Dominant>[] {
  return bySeries(results).flatMap(([, all]) => bySteps(all).map(([, [first]]) => first));
}

function pairsTable(results: readonly Result<Dominant>[]) {
  const layers = layersOf(results);
  return {
    columns: ["field", "step", "number", "λ", "‖Hu − λu‖/|λ|", "λ²/‖H‖_F²", ...layers],
    numbersFrom: 1,
    rows: firstSeeds(results).flatMap(({ series, step, result: { pairs, frobenius } }) =>
      pairs.map(({ eigenvalue, residual, layers: own }, i) => [
        series,
        `${step}`,
        `${i + 1}`,
        eigenvalue.toPrecision(4),
        (residual / Math.abs(eigenvalue)).toPrecision(2),
        ((eigenvalue / frobenius.value) ** 2).toFixed(3),
        ...layers.map((layer) => own.find((each) => each.layer === layer)?.share.toFixed(3) ?? ""),
      ])
    ),
  };
}

/** The share of the sum of squares that the entries of each layer have. */
function sharesOfLayers(vector: Float32Array, layout: Layout): Pair["layers"] {
  const squares = new Map<string, number>();
  for (const { block, name, flat, size } of layout) {
    const sum = vector.subarray(flat, flat + size).reduce((total, entry) => total + entry ** 2, 0);
    squares.set(block ?? name, (squares.get(block ?? name) ?? 0) + sum);
  }
  const total = [...squares.values()].reduce((sum, each) => sum + each, 0);
  return Array.from(squares, ([layer, sum]) => ({ layer, share: sum / total }));
}

function figuresOf(figure: string, of: string, { value, error }: Estimate): Figure[] {
  return [[figure, of, value], [`standard error of the ${figure}`, of, error]];
}

function estimateText({ value, error }: Estimate): string {
  return `${value.toPrecision(4)} ± ${error.toPrecision(2)}`;
}

function layersOf(results: readonly Result<Dominant>[]): string[] {
  return [
    ...new Set(
      results.flatMap(({ result: { pairs } }) => pairs.flatMap(({ layers }) => layers.map((each) => each.layer))),
    ),
  ];
}

/** The shares of a layer in the eigenvectors of one number. */
function sharesOf(results: readonly Result<Dominant>[], at: number, layer: string): number[] {
  return results.flatMap(({ result: { pairs } }) =>
    pairs[at]?.layers.filter((each) => each.layer === layer).map(({ share }) => share) ?? []
  );
}
