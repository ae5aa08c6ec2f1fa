import { equilibratedDiagonal, jacobiDiagonal } from "../../../lib/curvature/diagonals.ts";
import { curvatureOperator } from "../../../lib/curvature/operator.ts";
import { probeOperator } from "../../../lib/curvature/probes.ts";
import { panelsPlotSvg, type PlotSeries } from "../../run/plot.ts";
import { list, number, object, type Shaped } from "../../shell/shape.ts";
import { mean } from "../../shell/statistics.ts";
import type { Figure, Measurement } from "../measurement.ts";
import { bySeries } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { relativeError } from "./relative_error.ts";

const PROBES = [2, 8, 32, 128];

/** Errors of estimates of D^E and D^J from so many probes, relative to the exact ones. */
const shape = list(
  object({
    probes: number({ whole: true, min: 1 }),
    equilibrated: number({ nonFinite: true }),
    jacobi: number({ nonFinite: true }),
  }),
  { least: PROBES.length, most: PROBES.length },
);

/** How good estimates of diagonal preconditioners from random probes are, for small fields. */
export const estimates: Measurement<Shaped<typeof shape>> = {
  name: "estimates",
  doing: "errors of estimates",
  needs: "small field",
  shape,
  work: () => 2500,
  async measure(subject) {
    const { moment: { input: { objective }, seed }, signal } = subject;
    const { field, batch, size, hessian } = await subject.explicit();
    const exact = { equilibrated: equilibratedDiagonal(hessian, size), jacobi: jacobiDiagonal(hessian, size) };
    using operator = curvatureOperator(field, objective, batch);
    const errors = [];
    for (const probes of PROBES) {
      const { equilibrated, diagonal } = await probeOperator(operator, { probes, seed, signal });
      errors.push({
        probes,
        equilibrated: relativeError(equilibrated, exact.equilibrated),
        jacobi: relativeError(diagonal.map(Math.abs), exact.jacobi),
      });
    }
    return errors;
  },
  figures: (errors) =>
    errors.flatMap(({ probes, equilibrated, jacobi }): Figure[] => [
      ["small field: error of equilibrated", `${probes} probes`, equilibrated],
      ["small field: error of Jacobi", `${probes} probes`, jacobi],
    ]),
  section: (results) => ({
    title: "How good estimates of preconditioners are",
    paragraphs: [
      "Relative errors of D^E = √diag(H²) and D^J = |diag H| of the small fields, estimated from so many products with random signs. A product " +
      "costs about as much as two gradients.",
    ],
    tables: [{
      columns: ["field", "probes", "error of D^E", "error of D^J"],
      numbersFrom: 1,
      rows: bySeries(results).flatMap(([name, all]) =>
        PROBES.map((probes, i) => [
          name,
          `${probes}`,
          spreadText(all.map(({ result }) => result[i].equilibrated), 3),
          spreadText(all.map(({ result }) => result[i].jacobi), 3),
        ])
      ),
    }],
  }),
  plot(results) {
    const panel = (yLabel: string, of: "equilibrated" | "jacobi") => ({
      xLabel: "Probes",
      yLabel,
      xScale: "log" as const,
      yScale: "log" as const,
      series: bySeries(results).map(([name, all]): PlotSeries => {
        const values = PROBES.map((_, i) => all.map(({ result }) => result[i][of]));
        const band = { low: values.map((each) => Math.min(...each)), high: values.map((each) => Math.max(...each)) };
        return { name, x: PROBES, y: values.map((each) => mean(each)), ...all.length > 1 && { band } };
      }),
    });
    return panelsPlotSvg({
      title: "Errors of estimates of preconditioners",
      panels: [panel("Relative error of D^E", "equilibrated"), panel("Relative error of D^J", "jacobi")],
    });
  },
};
