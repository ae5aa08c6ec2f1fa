import { panelsPlotSvg, type PlotPanel } from "./plot.ts";

/** The quality of a run's result at some point of the run. */
export interface ConvergencePoint {
  /** Steps made so far. */
  readonly step: number;
  /** Training time so far, in seconds. */
  readonly seconds: number;
  /** The figure that tells how good the field was. */
  readonly value: number;
}

/**
 * Draws how the quality of a run changed: against steps on the left, against time on the right.
 *
 * @param points In the order measured.
 * @param title Stands above it.
 * @param quality What the legend calls the figure, and what the axis does, with its unit.
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
