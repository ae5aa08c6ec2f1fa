import { type DiagonalAgreement, diagonalAgreement } from "../../../lib/curvature/agreement.ts";
import { equilibratedDiagonal, jacobiDiagonal } from "../../../lib/curvature/diagonals.ts";
import { gaussNewtonDiagonal } from "../../../lib/curvature/gauss_newton_diagonal.ts";
import { curvatureOperator, type DeviceBatch } from "../../../lib/curvature/operator.ts";
import { probeOperator } from "../../../lib/curvature/probes.ts";
import { factorText, rangeText } from "../factor_text.ts";
import type { Figure, Measurement, Result } from "../measurement.ts";
import { bySeries, bySteps } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { MOST_EXPLICIT, type Subject } from "../subject.ts";
import { agreementsWith, type Compared, comparedIn, DIAGONALS, type Own, ownShape } from "./compared_diagonals.ts";
import { ownPreconditioner } from "./optimizer_state.ts";
import { agreementPlot, entriesPlot } from "./own_diagonal_plots.ts";
import { quantileCurve } from "./quantile_curve.ts";
import { counted } from "../../shell/counted.ts";

/** Products, and samples of the Gauss-Newton matrix, from which the diagonals of larger fields are estimated. */
const PRODUCTS = 64;

/** How far the diagonal that a run's optimizer divides by is one of the Hessian or of the Gauss-Newton matrix, entry by entry. */
export const ownDiagonal: Measurement<Own> = {
  name: "own-diagonal",
  doing: "the optimizer's diagonal against others",
  needs: "checkpoint",
  made: `${PRODUCTS} products or samples above ${MOST_EXPLICIT} parameters`,
  shape: ownShape,
  work: ({ samples }) => 2 * PRODUCTS * samples,
  async measure(subject) {
    const batch = subject.draw(subject.extent.samples);
    using own = await ownPreconditioner(subject, batch);
    const { optimizer, preconditioner } = own;
    const diagonal = await preconditioner?.diagonal?.read();
    if (diagonal === undefined) return { optimizer, none: preconditioner === undefined, own: undefined };
    const { exact, equilibrated, jacobi, gaussNewton } = await otherDiagonals(subject, batch);
    const others = {
      "√diag G": gaussNewton.map(Math.sqrt),
      "diag G": gaussNewton,
      "D^E": equilibrated,
      "D^J": jacobi,
    };
    return {
      optimizer,
      none: false,
      own: {
        exact,
        agreements: DIAGONALS.map((name) => stored(name, diagonalAgreement(diagonal, others[name], 1))),
        overGaussNewton: quantileCurve(gaussNewton, diagonal),
        overEquilibrated: quantileCurve(equilibrated, diagonal),
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
  plot: (results) => entriesPlot(comparedIn(results)),
  plotOverSteps: (results) => agreementPlot(comparedIn(results)),
  section(results, { samples }) {
    const title = "The optimizer's diagonal";
    const measured = comparedIn(results);
    const without = withoutDiagonal(results);
    if (measured.length === 0) return { title, paragraphs: without };
    return {
      title,
      paragraphs: [
        "What the optimizer divides by, entry by entry, against D^E = √diag(H²), D^J = |diag H|, the diagonal of the Gauss-Newton matrix G and its " +
        `root, on ${counted(samples, "sample")}. ${
          sourceText(measured)
        } The spread is the standard deviation of log10 of the ratio: 0.3 is a factor of two; it ` +
        "does not depend on a common factor. If a diagonal is the root of another one up to a factor, the curve has slope 1/2. Lines are medians of " +
        "bins with as many entries each; the band, where there is one, holds two thirds of the entries.",
        "Theory: if the residuals are independent of the gradients of the outputs, Adam's ŝ is a constant times diag G, with batches of 1 " +
        "or where the mean gradient vanishes near a solution, so that √ŝ follows √diag G with a spread of 0.",
        ...without,
      ],
      tables: [{
        columns: ["field", "step", "against", "correlation of logarithms", "median ratio", "spread", "difference"],
        numbersFrom: 3,
        rows: bySeries(measured).flatMap(([series, all]) =>
          bySteps(all).flatMap(([step, each]) => rowsOf(each).map((row) => [series, `${step}`, ...row]))
        ),
      }],
    };
  },
  finding(results) {
    const measured = comparedIn(results);
    if (measured.length === 0) return withoutDiagonal(results).join(" ");
    const [step, last] = bySteps(measured).at(-1)!;
    const texts = DIAGONALS.map((name) => {
      const { correlation, logSpread } = agreementsWith(last, name);
      return `${name} ${spreadText(correlation, 2)} and ${spreadText(logSpread, 2)}`;
    });
    const { optimizer, exact } = last[0].result;
    const ratio = factorText(agreementsWith(last, "D^E").medianRatio);
    return `At step ${step} what ${optimizer} divides by has these correlations of logarithms and spreads of log10 of the ratio with ` +
      `${exact ? "exact" : "estimated"} diagonals: ${texts.join(", ")}; it is ${ratio} times D^E in the median.`;
  },
};

/** D^E, D^J and diag G: exact where the field is small enough. */
async function otherDiagonals(subject: Subject, batch: DeviceBatch) {
  const matrices = await subject.ownMatrices();
  if (matrices !== undefined) {
    const { hessian, gaussNewton, size } = matrices;
    return {
      exact: true,
      equilibrated: equilibratedDiagonal(hessian, size),
      jacobi: jacobiDiagonal(hessian, size),
      gaussNewton: jacobiDiagonal(gaussNewton, size),
    };
  }
  const { moment: { field, input: { objective }, seed }, signal } = subject;
  using hessian = curvatureOperator(field, objective, batch, "hessian", { fixed: true });
  const { equilibrated, diagonal } = await probeOperator(hessian, { probes: PRODUCTS, seed: seed + 1, signal });
  const samples = { samples: PRODUCTS, seed: seed + 1, signal };
  const gaussNewton = await gaussNewtonDiagonal(field, objective, batch, samples);
  return { exact: false, equilibrated, jacobi: diagonal.map(Math.abs), gaussNewton };
}

function stored(
  name: typeof DIAGONALS[number],
  { correlation, medianRatio, logSpread, difference }: DiagonalAgreement,
) {
  return { with: name, correlation, medianRatio, logSpread, difference };
}

/** The cells of the table of one step, a row for each diagonal. */
function rowsOf(results: readonly Result<Compared>[]): string[][] {
  return DIAGONALS.map((name) => {
    const { correlation, medianRatio, logSpread, difference } = agreementsWith(results, name);
    return [
      name,
      spreadText(correlation, 2),
      rangeText(medianRatio, 3),
      spreadText(logSpread, 2),
      spreadText(difference, 2),
    ];
  });
}

/** Where the other diagonals come from. */
function sourceText(results: readonly Result<Compared>[]): string {
  const exact = `those of fields of up to ${MOST_EXPLICIT} parameters are exact`;
  const estimated =
    `those of larger ones are estimated from ${PRODUCTS} products or samples, whose noise is in the figures; ` +
    "D^J from so few is mostly noise";
  const kinds = new Set(results.map(({ result }) => result.exact));
  const texts = [...kinds.has(true) ? [exact] : [], ...kinds.has(false) ? [estimated] : []];
  return `Of these diagonals, ${texts.join("; ")}.`;
}

/** Why there is no diagonal, for each optimizer that has none. */
function withoutDiagonal(results: readonly Result<Own>[]): string[] {
  const reasons = results.filter(({ result: { own } }) => own === undefined).map(({ result: { optimizer, none } }) =>
    none
      ? `The optimizer ${optimizer} has no preconditioner that could be compared with diagonals.`
      : `The preconditioner of ${optimizer} is not diagonal.`
  );
  return [...new Set(reasons)];
}
