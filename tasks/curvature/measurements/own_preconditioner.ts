import { gaussNewtonDiagonal } from "../../../lib/curvature/gauss_newton_diagonal.ts";
import { curvatureOperator, type DeviceBatch, type SymmetricOperator } from "../../../lib/curvature/operator.ts";
import { diagonalPreconditioner, preconditionedOperator } from "../../../lib/curvature/preconditioned.ts";
import { probeOperator } from "../../../lib/curvature/probes.ts";
import { spectralDensity } from "../../../lib/curvature/spectral_density.ts";
import type { Preconditioner } from "../../../lib/linalg/preconditioner.ts";
import { list, number, object, printable, type Shaped, word } from "../../shell/shape.ts";
import { linePlotSvg, panelsPlotSvg, type PlotSeries } from "../../run/plot.ts";
import { rangeText } from "../factor_text.ts";
import { lineOf } from "../line_of.ts";
import type { Figure, Measurement, Result } from "../measurement.ts";
import { bySeries, bySteps } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { MOST_EXPLICIT, type Subject } from "../subject.ts";
import { ownPreconditioner } from "./optimizer_state.ts";
import { nameOf, phraseOf, type PreconditionerName, PRECONDITIONERS } from "./under.ts";
import { counted } from "../../shell/counted.ts";

/** Products and samples from which the diagonals are estimated that are compared with the optimizer's own preconditioner. */
const PRODUCTS = 32;
/** Lanczos' method: random start vectors, and products for each. */
const PROBES = 2;
const STEPS = 24;

const any = number({ nonFinite: true });

const under = object({
  preconditioner: word(PRECONDITIONERS),
  smallest: any,
  largest: any,
  /** The root mean square of the eigenvalues. */
  rms: any,
});

const shape = object({ optimizer: printable(), under: list(under, { least: 4, most: 5 }) });

type Under = Shaped<typeof under>;
type Own = Shaped<typeof shape>;

/** How well the preconditioner that a run's optimizer has at a checkpoint conditions the Hessian there. */
export const ownPreconditioning: Measurement<Own> = {
  name: "own-preconditioner",
  doing: "the Hessian under the optimizer's own preconditioner",
  needs: "checkpoint",
  made: `${PRODUCTS} products, ${PROBES} probes of ${STEPS} steps, under ${PRECONDITIONERS.join(", ")}`,
  shape,
  work: ({ samples }) => (2 * PRODUCTS + 5 * PROBES * STEPS) * samples,
  async measure(subject) {
    const batch = subject.draw(subject.extent.samples);
    const { field, input: { objective } } = subject.moment;
    using hessian = curvatureOperator(field, objective, batch, "hessian", { fixed: true });
    using own = await ownPreconditioner(subject, batch);
    const found = [await figuresUnder(subject, hessian, "none")];
    for (const [name, diagonal] of Object.entries(await estimatedDiagonals(subject, hessian, batch))) {
      using preconditioner = diagonalPreconditioner(field, diagonal);
      found.push(await figuresUnder(subject, hessian, name as PreconditionerName, preconditioner));
    }
    if (own.preconditioner !== undefined) {
      found.push(await figuresUnder(subject, hessian, "own", own.preconditioner));
    }
    return { optimizer: own.optimizer, under: found };
  },
  figures: ({ optimizer, under }) =>
    under.flatMap(({ preconditioner, smallest, largest, rms }): Figure[] => {
      const of = nameOf(preconditioner, optimizer);
      return [
        ["smallest eigenvalue at a checkpoint", of, smallest],
        ["largest eigenvalue at a checkpoint", of, largest],
        ["rms eigenvalue at a checkpoint", of, rms],
      ];
    }),
  plot(all) {
    const results = large(all);
    if (results.length === 0) return undefined;
    const series = bySeries(results);
    const panel = (yLabel: string, lines: PlotSeries[]) => ({
      xLabel: "Training step",
      yLabel,
      yScale: "log" as const,
      series: lines,
    });
    if (series.length === 1) {
      const [[, all]] = series;
      const lines = PRECONDITIONERS.map((name) => lineUnder(nameOf(name, all[0].result.optimizer), all, name))
        .filter(({ x }) => x.length > 0);
      return linePlotSvg({ title: "Conditioning along the run", ...panel("Largest |eigenvalue| over rms", lines) });
    }
    return panelsPlotSvg({
      title: "Conditioning along the runs",
      panels: (["none", "equilibrated", "own"] as const).filter((name) => ratiosUnder(results, name).length > 0).map((
        of,
      ) => panel(`Largest over rms, D: ${of}`, series.map(([name, all]) => lineUnder(name, all, of)))),
    });
  },
  section(all, { samples }) {
    const results = large(all);
    if (results.length === 0) return undefined;
    return {
      title: "Conditioning under the optimizer's own preconditioner",
      paragraphs: [
        `The largest |eigenvalue| over the root mean square of all eigenvalues of D^(-1/2) H D^(-1/2) on ${
          counted(samples, "sample")
        }: smaller is better ` +
        "conditioned. D is nothing, the equilibrated, Jacobi's and the Gauss-Newton diagonal (estimated from " +
        `${PRODUCTS} products or samples; Jacobi's from so few is mostly noise), and what the run's optimizer divided by in its last step before ` +
        "the checkpoint, if it divides by a symmetric positive definite matrix.",
      ],
      tables: [{
        columns: ["field", "step", "D", "smallest", "largest", "rms", "largest / rms"],
        numbersFrom: 3,
        rows: bySeries(results).flatMap(([series, all]) =>
          bySteps(all).flatMap(([step, each]) => rowsOf(each).map((row) => [series, `${step}`, ...row]))
        ),
      }],
    };
  },
  finding(all) {
    const results = large(all);
    if (results.length === 0) return undefined;
    const [step, last] = bySteps(results).at(-1)!;
    const { result: { optimizer } } = last[0];
    const texts = PRECONDITIONERS.flatMap((name) => {
      const ratios = ratiosUnder(last, name);
      return ratios.length === 0 ? [] : `${spreadText(ratios, 0)} ${phraseOf(name, optimizer)}`;
    });
    const own = ratiosUnder(last, "own").length > 0
      ? ""
      : ` The optimizer ${optimizer} divides by no symmetric positive definite matrix.`;
    return `At step ${step} the largest |eigenvalue| is so many times the rms one: ${texts.join(", ")}.${own}`;
  },
};

/** The largest |eigenvalue| over the rms one under one preconditioner, of each result that has it. */
export function ratiosUnder(results: readonly Result<Own>[], name: PreconditionerName): number[] {
  return allUnder(results, name).map(({ smallest, largest, rms }) =>
    Math.max(Math.abs(smallest), Math.abs(largest)) / rms
  );
}

/** The results of fields that are too large for an explicit Hessian, which says the same without the noise of estimates. */
function large(results: readonly Result<Own>[]): Result<Own>[] {
  return results.filter(({ parameters }) => parameters > MOST_EXPLICIT);
}

function allUnder(results: readonly Result<Own>[], name: PreconditionerName): Under[] {
  return results.flatMap(({ result: { under } }) => under.filter(({ preconditioner }) => preconditioner === name));
}

/** The cells of the table of one step, a row for each preconditioner. */
function rowsOf(results: readonly Result<Own>[]): string[][] {
  return PRECONDITIONERS.flatMap((name) => {
    const found = allUnder(results, name);
    if (found.length === 0) return [];
    const texts = (["smallest", "largest", "rms"] as const).map((of) => rangeText(found.map((each) => each[of]), 3));
    return [[nameOf(name, results[0].result.optimizer), ...texts, spreadText(ratiosUnder(results, name), 1)]];
  });
}

/** The line of a series under one preconditioner, without the steps at which it has no such one. */
function lineUnder(name: string, results: readonly Result<Own>[], preconditioner: PreconditionerName): PlotSeries {
  const points = bySteps(results).map(([step, each]) => ({ step, ratios: ratiosUnder(each, preconditioner) }))
    .filter(({ ratios }) => ratios.length > 0);
  return { name, x: points.map(({ step }) => step), ...lineOf(points.map(({ ratios }) => ratios)) };
}

/** Estimates of three diagonals by their names. */
async function estimatedDiagonals(
  { moment: { field, input: { objective }, seed }, signal }: Subject,
  hessian: SymmetricOperator,
  batch: DeviceBatch,
): Promise<Partial<Record<PreconditionerName, Float64Array>>> {
  const { equilibrated, diagonal } = await probeOperator(hessian, { probes: PRODUCTS, seed: seed + 1, signal });
  const options = { samples: PRODUCTS, seed: seed + 1, signal };
  return {
    equilibrated,
    Jacobi: diagonal.map(Math.abs),
    "Gauss-Newton": await gaussNewtonDiagonal(field, objective, batch, options),
  };
}

async function figuresUnder(
  { moment: { seed }, signal }: Subject,
  hessian: SymmetricOperator,
  name: PreconditionerName,
  preconditioner?: Preconditioner,
): Promise<Under> {
  using made = new DisposableStack();
  const operator = preconditioner === undefined ? hessian : made.use(preconditionedOperator(hessian, preconditioner));
  const { extremes, mean, variance } = await spectralDensity(operator, { probes: PROBES, steps: STEPS, seed, signal });
  return {
    preconditioner: name,
    smallest: extremes[0],
    largest: extremes[1],
    rms: Math.sqrt(mean ** 2 + variance),
  };
}
