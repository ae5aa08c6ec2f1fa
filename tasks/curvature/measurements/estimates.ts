import { equilibratedDiagonal, jacobiDiagonal } from "../../../lib/curvature/diagonals.ts";
import { gaussNewtonDiagonal } from "../../../lib/curvature/gauss_newton_diagonal.ts";
import { curvatureOperator } from "../../../lib/curvature/operator.ts";
import { probeOperator } from "../../../lib/curvature/probes.ts";
import { panelsPlotSvg, type PlotSeries } from "../../run/plot.ts";
import { list, number, object, type Shaped } from "../../shell/shape.ts";
import { mean } from "../../shell/statistics.ts";
import { lineOf } from "../line_of.ts";
import type { Figure, Measurement, Result } from "../measurement.ts";
import { bySeries } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { relativeError } from "./relative_error.ts";

const PROBES = [2, 8, 32, 128];
/** The number of probes of which the finding speaks. */
const TYPICAL = 32;

const any = number({ nonFinite: true });

/** Errors of estimates of D^E, D^J and diag G from so many probes, relative to the exact ones. */
const shape = list(
  object({ probes: number({ whole: true, min: 1 }), equilibrated: any, jacobi: any, gaussNewton: any }),
  { least: PROBES.length, most: PROBES.length },
);

type Errors = Shaped<typeof shape>;
const NAMES = { equilibrated: "D^E", jacobi: "D^J", gaussNewton: "diag G" } as const;
const DIAGONALS = ["equilibrated", "jacobi", "gaussNewton"] as const;
type Diagonal = typeof DIAGONALS[number];

/** How good estimates of diagonal preconditioners from random probes are, for small fields. */
export const estimates: Measurement<Errors> = {
  name: "estimates",
  doing: "errors of estimates",
  needs: "small field",
  made: `${PROBES.join()} probes of D^E, D^J and diag G`,
  shape,
  work: () => 2500,
  async measure(subject) {
    const { moment: { input: { objective }, seed }, signal } = subject;
    const { field, batch, size, hessian, gaussNewton } = await subject.explicit();
    const exact = {
      equilibrated: equilibratedDiagonal(hessian, size),
      jacobi: jacobiDiagonal(hessian, size),
      gaussNewton: jacobiDiagonal(gaussNewton, size),
    };
    using operator = curvatureOperator(field, objective, batch, "hessian", { fixed: true });
    const errors = [];
    for (const probes of PROBES) {
      const { equilibrated, diagonal } = await probeOperator(operator, { probes, seed, signal });
      const sampled = await gaussNewtonDiagonal(field, objective, batch, { samples: probes, seed, signal });
      errors.push({
        probes,
        equilibrated: relativeError(equilibrated, exact.equilibrated),
        jacobi: relativeError(diagonal.map(Math.abs), exact.jacobi),
        gaussNewton: relativeError(sampled, exact.gaussNewton),
      });
    }
    return errors;
  },
  figures: (errors) =>
    errors.flatMap(({ probes, equilibrated, jacobi, gaussNewton }): Figure[] => [
      ["small field: error of equilibrated", `${probes} probes`, equilibrated],
      ["small field: error of Jacobi", `${probes} probes`, jacobi],
      ["small field: error of Gauss-Newton", `${probes} probes`, gaussNewton],
    ]),
  section: (results) => ({
    title: "How good estimates of preconditioners are",
    paragraphs: [
      "Relative errors of D^E = √diag(H²), D^J = |diag H| and the diagonal of the Gauss-Newton matrix G of the small fields: the first two " +
      "estimated from so many products Hv with random signs v, the last from so many samples (JᵀS^½w)² with random signs w.",
    ],
    tables: [{
      columns: ["field", "probes", ...DIAGONALS.map((each) => `error of ${NAMES[each]}`)],
      numbersFrom: 1,
      rows: bySeries(results).flatMap(([name, all]) =>
        PROBES.map((probes, i) => [
          name,
          `${probes}`,
          ...DIAGONALS.map((each) => spreadText(errorsOf(all, i, each), 3)),
        ])
      ),
    }],
  }),
  plot(results) {
    const panel = (of: Diagonal) => ({
      xLabel: "Probes",
      yLabel: `Relative error of ${NAMES[of]}`,
      xScale: "log" as const,
      yScale: "log" as const,
      series: bySeries(results).map(([name, all]): PlotSeries => {
        return { name, x: PROBES, ...lineOf(PROBES.map((_, i) => errorsOf(all, i, of))) };
      }),
    });
    return panelsPlotSvg({ title: "Errors of estimates of preconditioners", panels: DIAGONALS.map(panel) });
  },
  finding(results) {
    const at = PROBES.indexOf(TYPICAL);
    const texts = DIAGONALS.map((each) => `${NAMES[each]} ${mean(errorsOf(results, at, each)).toFixed(2)}`);
    return `Estimates from ${TYPICAL} probes have these relative errors: ${texts.join(", ")}.`;
  },
};

function errorsOf(results: readonly Result<Errors>[], at: number, of: Diagonal): number[] {
  return results.map(({ result }) => result[at][of]);
}
