import { panelsPlotSvg, type PlotSeries } from "../../run/plot.ts";
import { lineOf } from "../line_of.ts";
import type { Result } from "../measurement.ts";
import { bySeries, bySteps } from "../series.ts";
import { agreementsWith, type Compared, DIAGONALS } from "./compared_diagonals.ts";
import type { QuantileCurve } from "./quantile_curve.ts";

/** The optimizer's entries over those of diag G and of D^E; undefined without results. */
export function entriesPlot(results: readonly Result<Compared>[]): Promise<string> | undefined {
  if (results.length === 0) return undefined;
  const optimizers = [...new Set(results.map(({ result }) => result.optimizer))].join(" or ");
  const series = bySeries(results);
  const shown = series.length === 1
    ? spaced(ofFirstSeed(series[0][1])).map((each) => ({ name: `step ${each.step}`, ...each }))
    : series.map(([name, all]) => ({ name, ...ofFirstSeed(all).at(-1)! }));
  const panel = (name: string, of: "overGaussNewton" | "overEquilibrated") => ({
    xLabel: `log10 of ${name}`,
    yLabel: `log10 of what ${optimizers} divides by`,
    series: shown.map(({ name, result }, i, all) =>
      curveSeries(name, result[of], series.length === 1 && i === all.length - 1)
    ),
  });
  return panelsPlotSvg({
    title: `What ${optimizers} divides by${series.length > 1 ? " at the last checkpoint" : ""}`,
    panels: [panel("diag G", "overGaussNewton"), panel("D^E", "overEquilibrated")],
  });
}

/**
 * Correlation and spread over steps: of one series, with all diagonals; of several, with √diag G and D^E. Undefined without at least two
 * steps.
 */
export function agreementPlot(results: readonly Result<Compared>[]): Promise<string> | undefined {
  if (new Set(results.map(({ step }) => step)).size < 2) return undefined;
  const series = bySeries(results);
  const names = series.length === 1 ? DIAGONALS : ["√diag G", "D^E"] as const;
  const panel = (yLabel: string, figure: "correlation" | "logSpread") => ({
    xLabel: "Training step",
    yLabel,
    series: series.flatMap(([name, all]) =>
      names.map((diagonal): PlotSeries => {
        const steps = bySteps(all);
        const values = steps.map(([, each]) => agreementsWith(each, diagonal)[figure]);
        const before = series.length === 1 ? "" : `${name}, `;
        return { name: `${before}${diagonal}`, x: steps.map(([step]) => step), ...lineOf(values) };
      })
    ),
  });
  return panelsPlotSvg({
    title: "Agreement of the optimizer's diagonal with others",
    panels: [panel("Correlation of logarithms", "correlation"), panel("Spread of log10 of the ratio", "logSpread")],
  });
}

function ofFirstSeed(results: readonly Result<Compared>[]): Result<Compared>[] {
  return results.filter(({ seed }) => seed === results[0].seed);
}

/** The first, the last and at most three results between them. */
function spaced<R>(results: readonly R[]): R[] {
  const shown = Math.min(5, results.length);
  const at = Array.from({ length: shown }, (_, i) => Math.round(i * (results.length - 1) / Math.max(1, shown - 1)));
  return at.map((index) => results[index]);
}

function curveSeries(name: string, { x, low, median, high }: QuantileCurve, banded: boolean): PlotSeries {
  return { name, x, y: median, ...banded && { band: { low, high } } };
}
