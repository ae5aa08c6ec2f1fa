import { type DiagonalAgreement, diagonalAgreement } from "../../../lib/curvature/agreement.ts";
import { gaussNewtonDiagonal } from "../../../lib/curvature/gauss_newton_diagonal.ts";
import { curvatureOperator } from "../../../lib/curvature/operator.ts";
import { probeOperator } from "../../../lib/curvature/probes.ts";
import { panelsPlotSvg, type PlotSeries } from "../../run/plot.ts";
import { flag, list, number, object, optional, printable, type Shaped, word } from "../../shell/shape.ts";
import type { Figure, Measurement, Result } from "../measurement.ts";
import { bySeries } from "../series.ts";
import { ownPreconditioner } from "./optimizer_state.ts";

/** Products, and samples of the Gauss-Newton matrix, from which the diagonals are estimated. */
const PRODUCTS = 64;
/** Bins of the picture along each axis. */
const BINS = 40;
/** Bins with fewer pairs are not shown. */
const FEWEST = 20;

const DIAGONALS = ["D^E", "D^J", "diag G", "√diag G"] as const;
const any = number({ nonFinite: true });

const agreement = object({
  with: word(DIAGONALS),
  /** The correlation of the logarithms. */
  correlation: any,
  /** The median of the optimizer's entry over the other one. */
  medianRatio: any,
  /** The standard deviation of log₁₀ of that ratio. */
  logSpread: any,
  /** ‖own − other‖/√((‖own‖² + ‖other‖²)/2). */
  difference: any,
});

/** The optimizer's entries over another diagonal: quantiles of log₁₀ in bins of log₁₀ of the other. */
const curve = object({ x: list(any), low: list(any), median: list(any), high: list(any) });

const shape = object({
  optimizer: printable(),
  /** True where the optimizer has no preconditioner that could be compared. */
  none: optional(flag()),
  /** Undefined where the optimizer's preconditioner is not diagonal, or there is none. */
  own: optional(object({ agreements: list(agreement), overGaussNewton: curve, overEquilibrated: curve })),
});

type Own = Shaped<typeof shape>;
type Curve = Shaped<typeof curve>;

/** How far the diagonal that a run's optimizer divides by is one of the Hessian or of the Gauss-Newton matrix, entry by entry. */
export const ownDiagonal: Measurement<Own> = {
  name: "own-diagonal",
  doing: "the optimizer's diagonal against exact ones",
  needs: "checkpoint",
  shape,
  work: ({ samples }) => 2 * PRODUCTS * samples,
  async measure(subject) {
    const { moment: { field, input: { objective }, seed }, extent, signal } = subject;
    const batch = subject.draw(extent.samples);
    using own = await ownPreconditioner(subject, batch);
    const diagonal = await own.preconditioner?.diagonal?.read();
    if (diagonal === undefined) {
      return { optimizer: own.optimizer, none: own.preconditioner === undefined, own: undefined };
    }
    using hessian = curvatureOperator(field, objective, batch);
    const estimates = await probeOperator(hessian, { probes: PRODUCTS, seed: seed + 1, signal });
    const gaussNewton = await gaussNewtonDiagonal(field, objective, batch, {
      samples: PRODUCTS,
      seed: seed + 1,
      signal,
    });
    const against = (other: Float64Array) => diagonalAgreement(other, diagonal, BINS);
    const found = {
      "D^E": against(estimates.equilibrated),
      "D^J": against(estimates.diagonal.map(Math.abs)),
      "diag G": against(gaussNewton),
      "√diag G": against(gaussNewton.map(Math.sqrt)),
    };
    return {
      optimizer: own.optimizer,
      none: false,
      own: {
        agreements: DIAGONALS.map((name) => stored(name, found[name])),
        overGaussNewton: curveOf(found["diag G"]),
        overEquilibrated: curveOf(found["D^E"]),
      },
    };
  },
  figures: ({ optimizer, own }) =>
    (own?.agreements ?? []).flatMap(({ with: other, ...rest }): Figure[] => {
      const of = `${optimizer} and ${other}`;
      return [
        ["correlation of logarithms of diagonals", of, rest.correlation],
        ["median ratio of diagonals", of, rest.medianRatio],
        ["spread of log10 of the ratio of diagonals", of, rest.logSpread],
        ["difference of diagonals", of, rest.difference],
      ];
    }),
  plot(results) {
    const measured = withDiagonal(results);
    if (measured.length === 0) return undefined;
    const { optimizer } = measured[0].result;
    const panel = (name: string, of: "overGaussNewton" | "overEquilibrated") => ({
      xLabel: `log10 of ${name}`,
      yLabel: `log10 of what ${optimizer} divides by`,
      series: spaced(measured).map(({ step, result }, i, all) =>
        curveSeries(`step ${step}`, result.own![of], i === all.length - 1)
      ),
    });
    return panelsPlotSvg({
      title: `What ${optimizer} divides by`,
      panels: [panel("diag G", "overGaussNewton"), panel("D^E", "overEquilibrated")],
    });
  },
  section(results, { samples }) {
    const measured = withDiagonal(results);
    if (measured.length === 0) {
      return {
        title: "The optimizer's diagonal",
        paragraphs: [withoutDiagonal(results.at(-1)!.result)],
      };
    }
    const { optimizer } = measured[0].result;
    return {
      title: "The optimizer's diagonal",
      paragraphs: [
        `What ${optimizer} divides by, entry by entry, against D^E = √diag(H²), D^J = |diag H| and the diagonal of the Gauss-Newton matrix G on ` +
        `${samples} samples, each estimated from ${PRODUCTS} products or samples. The spread is the standard deviation of log10 of the ratio: 0.3 is a ` +
        "factor of two. It is that of the estimates too, and D^J from so few products is mostly noise. If a diagonal is the root of another one up to a " +
        "factor, the curve has slope 1/2. Lines are medians; the band, at the last checkpoint, holds two thirds of the entries.",
      ],
      tables: [{
        columns: ["run", "step", "against", "correlation of logarithms", "median ratio", "spread", "difference"],
        numbersFrom: 3,
        rows: bySeries(measured).flatMap(([series, all]) =>
          all.flatMap(({ step, result }) =>
            result.own!.agreements.map((each) => [
              series,
              `${step}`,
              each.with,
              each.correlation.toFixed(2),
              each.medianRatio.toPrecision(3),
              each.logSpread.toFixed(2),
              each.difference.toFixed(2),
            ])
          )
        ),
      }],
    };
  },
  finding(results) {
    const { step, result } = results.at(-1)!;
    const { optimizer, own } = result;
    if (own === undefined) return withoutDiagonal(result);
    const texts = own.agreements.map((each) =>
      `${each.with} ${each.correlation.toFixed(2)} and ${each.logSpread.toFixed(2)}`
    );
    return `At step ${step} what ${optimizer} divides by has these correlations of logarithms and spreads of log10 of the ratio: ${
      texts.join(", ")
    }.`;
  },
};

/** Why there is no diagonal. */
function withoutDiagonal({ optimizer, none }: Own): string {
  return none
    ? `The optimizer ${optimizer} has no preconditioner that could be compared with diagonals.`
    : `The preconditioner of ${optimizer} is not diagonal.`;
}

function stored(
  name: typeof DIAGONALS[number],
  { correlation, medianRatio, logSpread, difference }: DiagonalAgreement,
) {
  // The ratio was taken the other way round.
  return { with: name, correlation, medianRatio: 1 / medianRatio, logSpread, difference };
}

/** Quantiles of log y in each bin of log x that has enough pairs. */
function curveOf({ histogram: { x, y, counts } }: DiagonalAgreement): Curve {
  const columns = Array.from({ length: BINS }, (_, column) => {
    const bins = Array.from({ length: BINS }, (_, row) => counts[row * BINS + column]);
    const total = bins.reduce((sum, each) => sum + each, 0);
    const at = (share: number) => y[0] + (y[BINS] - y[0]) * placeOf(bins, share * total) / BINS;
    return { total, x: (x[column] + x[column + 1]) / 2, low: at(1 / 6), median: at(1 / 2), high: at(5 / 6) };
  }).filter(({ total }) => total >= FEWEST);
  const of = (name: "x" | "low" | "median" | "high") => columns.map((column) => column[name]);
  return { x: of("x"), low: of("low"), median: of("median"), high: of("high") };
}

/** Where the running sum of counts reaches a number, in bins from the first, interpolated within a bin. */
function placeOf(counts: readonly number[], wanted: number): number {
  let sum = 0;
  for (const [i, count] of counts.entries()) {
    if (count > 0 && sum + count >= wanted) return i + (wanted - sum) / count;
    sum += count;
  }
  return counts.length;
}

/** The results of checkpoints whose optimizer divides by a diagonal. */
function withDiagonal(results: readonly Result<Own>[]): Result<Own>[] {
  return results.filter(({ result: { own } }) => own !== undefined);
}

/** The first, the last and at most three results between them. */
function spaced<R>(results: readonly Result<R>[]): Result<R>[] {
  const shown = Math.min(5, results.length);
  const at = Array.from({ length: shown }, (_, i) => Math.round(i * (results.length - 1) / Math.max(1, shown - 1)));
  return at.map((index) => results[index]);
}

function curveSeries(name: string, { x, low, median, high }: Curve, banded: boolean): PlotSeries {
  return { name, x, y: median, ...banded && { band: { low, high } } };
}
