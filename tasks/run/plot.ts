/**
 * Line plots as SVG, for the screen and for print.
 *
 * @module
 */

import { type AxisScale, axisScale, isDrawable, positionOn, type ScaleType } from "./chart/axis_scale.js";
import { renderSvg } from "./echarts.ts";
import { type Point, thin } from "./chart/thin.js";

/** A line of a plot. */
export interface PlotSeries {
  /** The series' name in the legend. */
  readonly name: string;
  /** The values of x, in drawing order. */
  readonly x: ArrayLike<number>;
  /** The values of y; as many as of `x`. Points that are not finite, or not positive on a log axis, are left out. */
  readonly y: ArrayLike<number>;
  /** A shaded band around the line, such as the range over seeds; as many values as of `x`. */
  readonly band?: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> };
}

/** A pair of axes with lines. */
export interface PlotPanel {
  /** The label of the x axis, with its unit: `Time (s)`. */
  readonly xLabel: string;
  /** The label of the y axis, with its unit: `PSNR (dB)`. */
  readonly yLabel: string;
  /** The scale of the x axis; by default `linear`. */
  readonly xScale?: ScaleType;
  /** The scale of the y axis; by default `linear`. */
  readonly yScale?: ScaleType;
  /** The lines. */
  readonly series: readonly PlotSeries[];
}

/** A plot of one panel. */
interface LinePlotOptions extends PlotPanel {
  /** The title above the plot. */
  readonly title: string;
  /** Width in pixels; by default 640. */
  readonly width?: number;
  /** Height in pixels; by default 400. */
  readonly height?: number;
}

/** A plot of several panels. */
interface PanelsPlotOptions {
  /** The title above the panels. */
  readonly title: string;
  /** The panels from left to right. */
  readonly panels: readonly PlotPanel[];
  /** Width in pixels; by default 960. */
  readonly width?: number;
  /** Height in pixels; by default 380. */
  readonly height?: number;
}

/** The palette of Okabe and Ito, which colour-blind people can distinguish, without its yellow, which is too pale on white. */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000"];
const DASHES = ["solid", "dashed", "dotted"];
const FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif";
const INK = "#222222";
const GRID = "#e3e3e3";

/** Lines of at most this many points show them as dots. */
const MARKED_POINTS = 25;

/** Lines of more points than this are drawn thinner, because they zigzag. */
const DENSE_POINTS = 700;

const MARGIN = 24;
const TITLE_HEIGHT = 48;
const LEGEND_ROW_HEIGHT = 20;
const LEGEND_LINE = 22;
const LEGEND_GAP = 18;
const X_AXIS_HEIGHT = 52;
const FONT_SIZE = 12;

/** The width of a wide character of this font size in pixels. It stands for all characters, because text cannot be measured here. */
const CHARACTER_WIDTH = 7.2;

/**
 * Draws a line plot.
 *
 * @param options The plot's description.
 * @returns An SVG document.
 * @throws {RangeError} If a series' arrays differ in length, or the size is not positive.
 * @throws {Error} If ECharts cannot be loaded.
 *
 * @example
 * ```ts
 * import { linePlotSvg } from "./plot.ts";
 *
 * const svg = await linePlotSvg({
 *   title: "Training loss",
 *   xLabel: "Step",
 *   yLabel: "Mean squared error",
 *   yScale: "log",
 *   series: [{ name: "adam", x: [0, 100, 200], y: [0.2, 0.01, 0.002] }],
 * });
 * ```
 */
export function linePlotSvg(options: LinePlotOptions): Promise<string> {
  const { title, width = 640, height = 400, ...panel } = options;
  return panelsPlotSvg({ title, panels: [panel], width, height });
}

/**
 * Draws panels of equal width side by side, with one legend for the lines of the first panel.
 *
 * @param options The plot's description.
 * @returns An SVG document.
 * @throws {RangeError} If a series' arrays differ in length, or the size is not positive.
 * @throws {Error} If ECharts cannot be loaded.
 */
export async function panelsPlotSvg(options: PanelsPlotOptions): Promise<string> {
  const { title, panels, width = 960, height = 380 } = options;
  if (!(width > 0 && height > 0)) throw new RangeError(`plot: size must be positive, found ${width} × ${height}.`);
  for (const { series } of panels) series.forEach(checkSeries);
  const legend = legendRows(panels[0].series.map(({ name }) => name), width - 2 * MARGIN);
  const top = TITLE_HEIGHT + (legend.length > 0 ? legend.length * LEGEND_ROW_HEIGHT + 8 : 0);
  const parts = panels.map((panel, index) => drawPanel(panel, index, panels.length, width, top));
  const option = {
    animation: false,
    backgroundColor: "#ffffff",
    color: COLORS,
    textStyle: { fontFamily: FONT, fontSize: FONT_SIZE, color: INK },
    title: { left: MARGIN, top: 14, padding: 0, ...fittedTitle(title, width - 2 * MARGIN) },
    legend: legend.map((data, row) => ({
      data,
      left: MARGIN,
      top: TITLE_HEIGHT - 4 + row * LEGEND_ROW_HEIGHT,
      padding: 0,
      itemWidth: LEGEND_LINE,
      itemGap: LEGEND_GAP,
      itemStyle: { opacity: 0 },
      lineStyle: { width: 2 },
      textStyle: { color: INK, fontSize: FONT_SIZE },
    })),
    grid: parts.map(({ grid }) => grid),
    xAxis: parts.map(({ xAxis }) => xAxis),
    yAxis: parts.map(({ yAxis }) => yAxis),
    series: parts.flatMap(({ series }) => series),
  };
  return raisePowers(await renderSvg(option, width, height));
}

/** A title, in a smaller font if it is long, and truncated if even that does not fit. */
function fittedTitle(title: string, width: number) {
  const relativeWidth = 1.08 * CHARACTER_WIDTH / FONT_SIZE; // Bold type is wider.
  const fontSize = Math.min(16, Math.max(FONT_SIZE, Math.floor(width / (title.length * relativeWidth))));
  const longest = Math.floor(width / (fontSize * relativeWidth));
  const text = title.length <= longest ? title : `${title.slice(0, Math.max(0, longest - 1)).trimEnd()}…`;
  return { text, textStyle: { fontSize, fontWeight: "bold", color: INK } };
}

/** Distributes the names of a legend over rows of at most a width; there are no rows for a single name, which needs no legend. */
function legendRows(names: readonly string[], width: number): string[][] {
  const unique = [...new Set(names)];
  if (unique.length < 2) return [];
  const rows: string[][] = [[]];
  let used = 0;
  for (const name of unique) {
    const need = LEGEND_LINE + 5 + name.length * CHARACTER_WIDTH + LEGEND_GAP;
    if (used > 0 && used + need > width + LEGEND_GAP) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(name);
    used += need;
  }
  return rows;
}

function drawPanel(panel: PlotPanel, index: number, count: number, width: number, top: number) {
  const { xLabel, yLabel, xScale = "linear", yScale = "linear", series } = panel;
  const lines = series.map((line) => drawableParts(line, xScale, yScale));
  const points = lines.flatMap(({ line, low, high }) => [...line, ...low, ...high]);
  const x = axisScale(points.map(([value]) => value), xScale, true);
  const y = axisScale(points.map(([, value]) => value), yScale, false);

  const yLabelWidth = CHARACTER_WIDTH * Math.max(...y.ticks.map((tick) => y.label(tick).length), 1);
  const slot = (width - MARGIN / 2) / count;
  const left = slot * index + MARGIN / 2 + 36 + yLabelWidth;
  const right = slot * (index + 1) - MARGIN / 2;
  // ECharts' own scales do not support ends that are not at ticks, so it gets positions along the axes instead of values.
  const place = (edge: readonly Point[]) =>
    thin(edge, (value) => Math.round(positionOn(x, value) * (right - left)))
      .map(([atX, atY]): Point => [positionOn(x, atX), positionOn(y, atY)]);
  const axes = { xAxisIndex: index, yAxisIndex: index };
  return {
    grid: { left, width: right - left, top, bottom: X_AXIS_HEIGHT, outerBoundsMode: "none" },
    xAxis: { ...drawAxis(x, xLabel, 30), gridIndex: index },
    yAxis: { ...drawAxis(y, yLabel, yLabelWidth + 20), gridIndex: index, nameRotate: 90 },
    series: lines.flatMap(({ line, low, high }, order) => {
      const band = low.length > 0 ? [{ ...drawBand(place(low), place(high), order), ...axes }] : [];
      return [...band, { ...drawLine(series[order].name, place(line), order), ...axes }];
    }),
  };
}

function drawAxis(scale: AxisScale, name: string, nameGap: number) {
  const customValues = scale.ticks.map((tick) => positionOn(scale, tick));
  const indexOf = (position: number) => customValues.findIndex((value) => Math.abs(value - position) < 1e-6);
  return {
    type: "value",
    min: 0,
    max: 1,
    name,
    nameGap,
    nameLocation: "middle",
    nameMoveOverlap: false,
    nameTextStyle: { color: INK, fontSize: 13 },
    axisLine: { show: true, onZero: false, lineStyle: { color: INK, width: 1 } },
    axisTick: { customValues, show: true, length: 4, lineStyle: { color: INK } },
    axisLabel: {
      customValues,
      formatter: (position: number) => scale.label(scale.ticks[indexOf(position)]),
      color: INK,
      fontSize: FONT_SIZE,
      hideOverlap: true,
    },
    splitLine: { show: true, lineStyle: { color: GRID, width: 1 } },
  };
}

function drawLine(name: string, points: Point[], order: number) {
  const color = COLORS[order % COLORS.length];
  const dash = DASHES[Math.floor(order / COLORS.length) % DASHES.length];
  return {
    type: "line",
    name,
    data: points,
    symbol: points.length <= MARKED_POINTS ? "circle" : "none",
    symbolSize: points.length === 1 ? 8 : 5,
    showAllSymbol: true,
    itemStyle: { color, borderWidth: 0 },
    lineStyle: { color, width: points.length > DENSE_POINTS ? 1.25 : 1.75, type: dash, join: "round" },
    z: 3,
  };
}

/** Draws a band as a polygon, because ECharts can stack areas only on linear axes. */
function drawBand(low: Point[], high: Point[], order: number) {
  const outline = [...low, ...high.toReversed()];
  return {
    type: "custom",
    data: [outline[0]],
    clip: true,
    silent: true,
    z: 2,
    renderItem: (_params: unknown, api: { coord(point: Point): number[] }) => ({
      type: "polygon",
      shape: { points: outline.map((point) => api.coord(point)) },
      style: { fill: COLORS[order % COLORS.length], opacity: 0.18 },
    }),
  };
}

/** Raises exponents that ECharts wrote as 10^−3. Superscript characters would be simpler, but many fonts lack most of them. */
function raisePowers(svg: string): string {
  return svg.replaceAll(/\^(−?\d+)<\/text>/g, '<tspan dy="-0.45em" font-size="75%">$1</tspan></text>');
}

function checkSeries({ name, x, y, band }: PlotSeries) {
  for (const [what, values] of [["y", y], ["band.low", band?.low], ["band.high", band?.high]] as const) {
    if (values !== undefined && values.length !== x.length) {
      throw new RangeError(`plot: series "${name}" has ${x.length} values of x, but ${values.length} of ${what}.`);
    }
  }
}

/** The points of a line and of its band that can be shown on the axes. A point of the band needs both of its edges. */
function drawableParts({ x, y, band }: PlotSeries, xScale: ScaleType, yScale: ScaleType) {
  const parts = { line: [] as Point[], low: [] as Point[], high: [] as Point[] };
  for (let i = 0; i < x.length; i++) {
    if (!isDrawable(x[i], xScale)) continue;
    if (isDrawable(y[i], yScale)) parts.line.push([x[i], y[i]]);
    if (band && isDrawable(band.low[i], yScale) && isDrawable(band.high[i], yScale)) {
      parts.low.push([x[i], band.low[i]]);
      parts.high.push([x[i], band.high[i]]);
    }
  }
  return parts;
}
