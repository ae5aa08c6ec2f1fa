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
const STEPS = 20;
/** Products of Hutch++, which is for the Gauss-Newton matrix: for Hessians it hardly pays (docs/math.md, section 6). */
const PRODUCTS = 18;

const any = number({ nonFinite: true });
const estimate = object({ value: any, error: any });

const shape = object({
  /** Of the Hessian, by Hutchinson's method. */
  trace: estimate,
  /** Of the Gauss-Newton matrix, by Hutch++. */
  gaussNewtonTrace: estimate,
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
    const batch = subject.draw(extent.samples);
    using gaussNewton = curvatureOperator(field, objective, batch, "gaussNewton", { fixed: true });
    const gaussNewtonTrace = await hutchPlusPlus(gaussNewton, { products: PRODUCTS, seed, signal });
    using hessian = curvatureOperator(field, objective, batch, "hessian", { fixed: true });
    using found = await dominantEigenvectors(hessian, COUNT, { steps: STEPS, seed, signal });
    const pairs: Pair[] = [];
    for (const [i, vector] of found.vectors.entries()) {
      const layers = sharesOfLayers(await vector.read(), field.layout);
      pairs.push({ eigenvalue: found.values[i], residual: found.residuals[i], layers });
    }
    return { trace, gaussNewtonTrace, frobenius, pairs };
  },
  figures: ({ trace, gaussNewtonTrace, frobenius, pairs }) => [
    ...figuresOf("trace", "H", trace),
    ...figuresOf("trace", "G", gaussNewtonTrace),
    ...figuresOf("Frobenius norm", "H", frobenius),
    ...pairs.flatMap(({ eigenvalue, residual, layers }, i): Figure[] => [
      ["dominant eigenvalue", `${i + 1}`, eigenvalue],
      ["residual of the dominant eigenvector", `${i + 1}`, residual],
      ...layers.map(({ layer, share }): Figure => ["share of the dominant eigenvector", `${i + 1}, ${layer}`, share]),
    ]),
  ],
  plot(results) {
    const panels = Array.from({ length: COUNT }, (_, at) => ({
      xLabel: "Layer, in order",
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
      `Frobenius norm and trace of the whole field's Hessian H on ${samples} samples from ${PROBES} products with random signs (Hutchinson), and the ` +
      `trace of its Gauss-Newton matrix G from ${PRODUCTS} products by Hutch++, each ± its standard error. G has no negative ` +
      "eigenvalues; the difference of the traces is what the residuals add to the curvature.",
      `The eigenvalues λ of H of largest size with their unit eigenvectors u, from ${STEPS} steps of Lanczos' method. λ²/‖H‖_F² is an eigenvalue's share of ` +
      "the squared norm, and ‖Hu − λu‖/|λ| its relative error. The last columns say how much of ‖u‖² belongs to the weights and biases of each " +
      "layer. The plot has the last step of a run; the tables have the first seed.",
    ],
    tables: [{
      columns: ["field", "step", "‖H‖_F", "tr H", "tr G"],
      numbersFrom: 1,
      rows: firstSeeds(results).map(({ series, step, result }) => {
        const { trace, gaussNewtonTrace, frobenius } = result;
        return [series, `${step}`, ...[frobenius, trace, gaussNewtonTrace].map(estimateText)];
      }),
    }, pairsTable(results)],
  }),
  finding(results) {
    const { step, result: { pairs: [{ layers }] } } = firstSeeds(results).at(-1)!;
    const most = layers.reduce((a, b) => b.share > a.share ? b : a);
    const at = step > 0 ? ` at step ${step}` : "";
    return `The eigenvector of the largest eigenvalue lies${at} with ${
      percent(most.share)
    } of its square in ${most.layer}.`;
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
  return `${value.toPrecision(4)} ± ${Number(error.toPrecision(2))}`;
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
