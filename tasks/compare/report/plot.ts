import { panelsPlotSvg, type PlotPanel, type PlotSeries } from "../../run/plot.ts";
import { mean, median } from "../../shell/statistics.ts";
import type { Quality } from "../../training/training_input.ts";
import { type CurveAxis, valueAt } from "../curve.ts";
import type { ActivationSummary, FinalRun } from "../summary.ts";

/** The number of points of a line. */
const PLACES = 100;

/**
 * Draws how the optimizers of an activation converge, over epochs and over training time. Lines are medians over seeds, bands the range
 * over seeds; several inputs are averaged.
 *
 * @param optimizers All optimizers of the comparison, so that each has the same colour in every plot.
 */
export function convergencePlot(
  { activation, pairs }: ActivationSummary,
  optimizers: readonly string[],
  quality: Quality,
): Promise<string> {
  const panel = (xLabel: string, axis: CurveAxis): PlotPanel => {
    const lines = optimizers.map((name) => {
      const runs = pairs.find(({ optimizer }) => optimizer === name)?.runs ?? [];
      return lineOf(name, runs.filter(({ divergedAt, curve }) => divergedAt === undefined && curve.length > 0), axis);
    });
    const floor = floorOf(lines);
    return { xLabel, yLabel: quality.label, series: lines.map((line) => raised(line, floor)) };
  };
  const panels = [panel("Epoch", "epoch"), panel("Training time (s)", "seconds")];
  const { size } = new Set(pairs.flatMap(({ runs }) => runs.map(({ seed }) => seed)));
  const title = size === 1
    ? activation
    : `${activation}: median of ${size} seeds, shaded from the lowest to the highest seed`;
  return panelsPlotSvg({ title, panels, height: 400 });
}

interface Line extends PlotSeries {
  readonly x: number[];
  readonly y: number[];
  readonly band: { readonly low: number[]; readonly high: number[] };
}

function lineOf(name: string, runs: readonly FinalRun[], axis: CurveAxis): Line {
  if (runs.length === 0) return { name, x: [], y: [], band: { low: [], high: [] } };
  // The range of the axis in which every run has been measured.
  const first = Math.max(...runs.map(({ curve }) => curve[0][axis]));
  const last = Math.max(first, Math.min(...runs.map(({ curve }) => curve.at(-1)![axis])));
  const x = first === last
    ? [first]
    : Array.from({ length: PLACES }, (_, i) => first + (last - first) * i / (PLACES - 1));
  const seeds = [...Map.groupBy(runs, ({ seed }) => seed).values()];
  // Values by place, then by seed.
  const values = x.map((place) => seeds.map((each) => mean(each.map(({ curve }) => valueAt(curve, axis, place)))));
  return {
    name,
    x,
    y: values.map((each) => median(each)),
    band: { low: values.map((each) => Math.min(...each)), high: values.map((each) => Math.max(...each)) },
  };
}

/**
 * The lowest value that is drawn: the lowest of the better half of the optimizers, so that one that fails does not compress the
 * curves of all others.
 */
function floorOf(lines: readonly Line[]): number {
  const drawn = lines.filter(({ y }) => y.length > 0).toSorted((a, b) => b.y.at(-1)! - a.y.at(-1)!);
  return Math.min(...drawn.slice(0, Math.ceil(drawn.length / 2)).flatMap(({ band }) => band.low));
}

/** Raises the values below the lower edge of the plot to it. */
function raised({ name, x, y, band: { low, high } }: Line, floor: number): Line {
  const raise = (values: number[]) => values.map((value) => Math.max(floor, value));
  return { name, x, y: raise(y), band: { low: raise(low), high: raise(high) } };
}
