import { panelsPlotSvg, type PlotPanel, type PlotSeries } from "../../../lib/output/plot.ts";
import { median } from "../../bench/statistics.ts";
import type { Quality } from "../../training/subject.ts";
import { type CurveAxis, valueAt } from "../curve.ts";
import { mean } from "../spread.ts";
import type { ActivationSummary, FinalRun } from "../summary.ts";

/** Places that a line is drawn through. */
const PLACES = 100;

/**
 * Draws how the optimizers of an activation converge, against epochs and against seconds: the median over seeds with its
 * range; over several inputs the mean of their curves.
 *
 * @param optimizers All of the comparison, so that each has the same colour in every plot.
 */
export function convergencePlot(
  { activation, pairs }: ActivationSummary,
  optimizers: readonly string[],
  quality: Quality,
): Promise<string> {
  const panel = (xLabel: string, axis: CurveAxis): PlotPanel => ({
    xLabel,
    yLabel: quality.label,
    series: optimizers.map((name) => {
      const runs = pairs.find(({ optimizer }) => optimizer === name)?.runs ?? [];
      return lineOf(name, runs.filter(({ divergedAt, curve }) => divergedAt === undefined && curve.length > 0), axis);
    }),
  });
  const panels = [panel("Epoch", "epoch"), panel("Training time (s)", "seconds")];
  const { size } = new Set(pairs.flatMap(({ runs }) => runs.map(({ seed }) => seed)));
  const title = size === 1
    ? activation
    : `${activation}: median of ${size} seeds, shaded from the lowest to the highest`;
  return panelsPlotSvg({ title, panels, height: 400 });
}

function lineOf(name: string, runs: readonly FinalRun[], axis: CurveAxis): PlotSeries {
  if (runs.length === 0) return { name, x: [], y: [] };
  // Where every run has been measured.
  const first = Math.max(...runs.map(({ curve }) => curve[0][axis]));
  const last = Math.max(first, Math.min(...runs.map(({ curve }) => curve.at(-1)![axis])));
  const x = first === last
    ? [first]
    : Array.from({ length: PLACES }, (_, i) => first + (last - first) * i / (PLACES - 1));
  const seeds = [...Map.groupBy(runs, ({ seed }) => seed).values()];
  // By place, then by seed.
  const values = x.map((place) => seeds.map((each) => mean(each.map(({ curve }) => valueAt(curve, axis, place)))));
  return {
    name,
    x,
    y: values.map((each) => median(each)),
    band: { low: values.map((each) => Math.min(...each)), high: values.map((each) => Math.max(...each)) },
  };
}
