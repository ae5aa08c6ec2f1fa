import { mean, median } from "../shell/statistics.ts";
import { type CurveAxis, type CurvePoint, valueAt } from "./curve.ts";
import type { PlotPanel, PlotSeries } from "./plot.ts";

/** The number of points of a line. */
const PLACES = 100;

/** Runs that differ in their seed and their input only, which a plot shows as one line. */
interface LineRuns {
  readonly name: string;
  readonly runs: readonly { readonly seed: number; readonly curve: readonly CurvePoint[] }[];
}

interface Line extends PlotSeries {
  readonly x: number[];
  readonly y: number[];
  readonly band: { readonly low: number[]; readonly high: number[] };
}

/**
 * Draws how runs converge, over epochs and over training time. Lines are medians over seeds, bands the range over seeds; several inputs are
 * averaged. A name without runs has an empty line, so that each has the same colour in every plot.
 */
export function convergencePanels(lines: readonly LineRuns[], yLabel: string): PlotPanel[] {
  const panel = (xLabel: string, axis: CurveAxis): PlotPanel => {
    const drawn = lines.map(({ name, runs }) => lineOf(name, runs.filter(({ curve }) => curve.length > 0), axis));
    const floor = floorOf(drawn);
    return { xLabel, yLabel, series: drawn.map((line) => raised(line, floor)) };
  };
  return [panel("Epoch", "epoch"), panel("Training time (s)", "seconds")];
}

function lineOf(name: string, runs: LineRuns["runs"], axis: CurveAxis): Line {
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
 * The lowest value that is drawn: the lowest of the better half of the lines, so that one that fails does not compress the
 * curves of all others.
 */
function floorOf(lines: readonly Line[]): number {
  const drawn = lines.filter(({ y }) => y.length > 0).toSorted((a, b) => b.y.at(-1)! - a.y.at(-1)!);
  const low = drawn.slice(0, Math.ceil(drawn.length / 2)).flatMap(({ band }) => band.low).filter(Number.isFinite);
  // Perfect fits alone have none.
  return low.length === 0 ? -Infinity : Math.min(...low);
}

/** Raises the values below the lower edge of the plot to it. */
function raised({ name, x, y, band: { low, high } }: Line, floor: number): Line {
  const raise = (values: number[]) => values.map((value) => Math.max(floor, value));
  return { name, x, y: raise(y), band: { low: raise(low), high: raise(high) } };
}
