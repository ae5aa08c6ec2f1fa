import { symmetricEigenvalues } from "../../../lib/curvature/eigenvalues.ts";
import { gaussNewtonDiagonal } from "../../../lib/curvature/gauss_newton_diagonal.ts";
import { operatorMatrix } from "../../../lib/curvature/matrix.ts";
import { curvatureOperator, type SymmetricOperator } from "../../../lib/curvature/operator.ts";
import { diagonalPreconditioner, preconditionedOperator } from "../../../lib/curvature/preconditioned.ts";
import { probeOperator } from "../../../lib/curvature/probes.ts";
import { spectralDensity } from "../../../lib/curvature/spectral_density.ts";
import { spectrumFigures } from "../../../lib/curvature/spectrum.ts";
import type { Preconditioner } from "../../../lib/linalg/preconditioner.ts";
import { list, number, object, optional, printable, type Shaped } from "../../shell/shape.ts";
import { linePlotSvg } from "../../run/plot.ts";
import type { Figure, Measurement, Result } from "../measurement.ts";
import { bySeries } from "../series.ts";
import type { Subject } from "../subject.ts";
import { ownPreconditioner } from "./optimizer_state.ts";

/** Products and samples from which the diagonals are estimated that are compared with the optimizer's own preconditioner. */
const PRODUCTS = 32;
/** Lanczos' method: random start vectors, and products for each. */
const PROBES = 2;
const STEPS = 24;
/** The most parameters of a field whose preconditioned Hessians are computed explicitly. */
const SMALL = 512;

const any = number({ nonFinite: true });

const under = object({
  /** The preconditioner: none, equilibrated, Gauss-Newton, or the name of the run's optimizer. */
  preconditioner: printable(),
  smallest: any,
  largest: any,
  /** The root mean square of the eigenvalues. */
  rms: any,
  /** The largest |eigenvalue| over the median one, for small fields. */
  overMedian: optional(any),
});

const shape = list(under, { least: 3, most: 4 });

type Under = Shaped<typeof under>;

/** How well the preconditioner that a run's optimizer has at a checkpoint conditions the Hessian there. */
export const ownPreconditioning: Measurement<readonly Under[]> = {
  name: "own-preconditioner",
  doing: "the Hessian under the optimizer's own preconditioner",
  needs: "checkpoint",
  shape,
  work: ({ samples }) => (2 * PRODUCTS + 4 * PROBES * STEPS) * samples,
  async measure(subject) {
    const { moment: { field, input: { objective }, seed }, extent, signal } = subject;
    const batch = subject.draw(extent.samples);
    using hessian = curvatureOperator(field, objective, batch);
    const { equilibrated } = await probeOperator(hessian, { probes: PRODUCTS, seed: seed + 1, signal });
    const gaussNewton = await gaussNewtonDiagonal(field, objective, batch, {
      samples: PRODUCTS,
      seed: seed + 1,
      signal,
    });
    using byRows = diagonalPreconditioner(field, equilibrated);
    using byGaussNewton = diagonalPreconditioner(field, gaussNewton);
    using own = await ownPreconditioner(subject, batch);
    const found = [await figuresUnder(subject, hessian, "none")];
    for (const [name, preconditioner] of [["equilibrated", byRows], ["Gauss-Newton", byGaussNewton]] as const) {
      found.push(await figuresUnder(subject, hessian, name, preconditioner));
    }
    if (own.preconditioner !== undefined) {
      found.push(await figuresUnder(subject, hessian, own.optimizer, own.preconditioner));
    }
    return found;
  },
  figures: (result) =>
    result.flatMap(({ preconditioner, smallest, largest, rms, overMedian }): Figure[] => [
      ["smallest eigenvalue at a checkpoint", preconditioner, smallest],
      ["largest eigenvalue at a checkpoint", preconditioner, largest],
      ["rms eigenvalue at a checkpoint", preconditioner, rms],
      ...overMedian === undefined ? [] : [["largest over median at a checkpoint", preconditioner, overMedian] as const],
    ]),
  plot(results) {
    return linePlotSvg({
      title: "Conditioning along the run",
      xLabel: "Step",
      yLabel: "Largest |eigenvalue| over rms",
      yScale: "log",
      series: names(results).map((name) => {
        const points = results.flatMap(({ step, result }) =>
          result.filter(({ preconditioner }) => preconditioner === name).map((each) => ({
            step,
            ratio: overRms(each),
          }))
        );
        return { name, x: points.map(({ step }) => step), y: points.map(({ ratio }) => ratio) };
      }),
    });
  },
  section(results, { samples }) {
    return {
      title: "Conditioning under the optimizer's own preconditioner",
      paragraphs: [
        `The largest |eigenvalue| over the root mean square of all eigenvalues of D^(-1/2) H D^(-1/2) on ${samples} samples: smaller is better ` +
        "conditioned. D is nothing, the equilibrated preconditioner, the Gauss-Newton diagonal (both estimated from " +
        `${PRODUCTS} products or samples), and what the run's optimizer divided by in its last step before the checkpoint, if it divides by a ` +
        "symmetric positive definite matrix. For fields of up to 512 parameters, the last column has the largest |eigenvalue| over the median one.",
      ],
      tables: [{
        columns: ["run", "step", "D", "smallest", "largest", "rms", "largest / rms", "largest / median"],
        numbersFrom: 3,
        rows: bySeries(results).flatMap(([series, all]) =>
          all.flatMap(({ step, result }) =>
            result.map((each) => [
              series,
              `${step}`,
              each.preconditioner,
              ...[each.smallest, each.largest, each.rms].map((value) => value.toPrecision(3)),
              overRms(each).toFixed(1),
              each.overMedian?.toFixed(0) ?? "",
            ])
          )
        ),
      }],
    };
  },
  finding(results) {
    const { step, result } = results.at(-1)!;
    const texts = result.map((each) => `${overRms(each).toFixed(0)} under ${each.preconditioner}`);
    const own = result.length > 3 ? "" : " The run's optimizer divides by no symmetric positive definite matrix.";
    return `At step ${step} the largest |eigenvalue| is so many times the rms one: ${texts.join(", ")}.${own}`;
  },
};

function overRms({ smallest, largest, rms }: Under): number {
  return Math.max(Math.abs(smallest), Math.abs(largest)) / rms;
}

/** The preconditioners of all results, in the order of their first ones. */
function names(results: readonly Result<readonly Under[]>[]): string[] {
  return [...new Set(results.flatMap(({ result }) => result.map(({ preconditioner }) => preconditioner)))];
}

async function figuresUnder(
  { moment: { seed }, signal }: Subject,
  hessian: SymmetricOperator,
  name: string,
  preconditioner?: Preconditioner,
): Promise<Under> {
  using made = new DisposableStack();
  const operator = preconditioner === undefined ? hessian : made.use(preconditionedOperator(hessian, preconditioner));
  const { extremes, mean, variance } = await spectralDensity(operator, { probes: PROBES, steps: STEPS, seed, signal });
  const size = operator.layout.parameterCount;
  const overMedian = size > SMALL
    ? undefined
    : spectrumFigures(symmetricEigenvalues(await operatorMatrix(operator), size)).ratio["0.5"];
  return {
    preconditioner: name,
    smallest: extremes[0],
    largest: extremes[1],
    rms: Math.sqrt(mean ** 2 + variance),
    overMedian,
  };
}
