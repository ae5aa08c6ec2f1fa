import { panelsPlotSvg, type PlotPanel } from "./plot.ts";

/** The quality of a run's field at one point of its training. */
interface ConvergencePoint {
  /** Steps made so far. */
  readonly step: number;
  /** Training time so far, in seconds. */
  readonly seconds: number;
  /** The quality of the field. */
  readonly value: number;
}

/**
 * Draws how the quality of a run changed: over steps on the left, over time on the right.
 *
 * @param points The measurements in the order in which they were made.
 * @param title The title of the plot.
 * @param quality The name of the quality for the legend, and its label for the axis, with its unit.
 * @returns An SVG document, 960 × 380 pixels.
 * @throws {Error} If ECharts cannot be loaded.
 */
export function convergenceSvg(
  points: readonly ConvergencePoint[],
  title: string,
  { name, label }: { readonly name: string; readonly label: string },
): Promise<string> {
  const panel = (xLabel: string, x: number[]): PlotPanel => ({
    xLabel,
    yLabel: label,
    series: [{ name, x, y: points.map(({ value }) => value) }],
  });
  const panels = [panel("Step", points.map((p) => p.step)), panel("Time (s)", points.map((p) => p.seconds))];
  return panelsPlotSvg({ title, panels });
}
