/**
 * Apache ECharts, drawing to SVG without a browser. It is loaded when the first plot is drawn, so that whoever draws none
 * does not need it.
 *
 * @module
 */

const ECHARTS = "npm:echarts@6.1.0";

/** A chart of ECharts, as much of it as is used. */
export interface Chart {
  /** Takes the description of what is drawn. */
  setOption(option: object): void;
  /** The renderer, whose painter writes SVG. */
  getZr(): { painter: { renderToString(options: { cssAnimation: boolean; cssEmphasis: boolean }): string } };
  /** Frees it. */
  dispose(): void;
}

/** The module ECharts, as much of it as is used. */
export interface Echarts {
  /** Makes a chart, without a document if its options say so. */
  init(element: null, theme: null, options: object): Chart;
}

/**
 * Loads ECharts.
 *
 * @param specifier Where from.
 * @throws {Error} If it cannot be had, as without a network on first use.
 */
export async function loadEcharts(specifier: string = ECHARTS): Promise<Echarts> {
  try {
    return await import(specifier);
  } catch (cause) {
    throw new Error(
      `plot: ${specifier} cannot be loaded (the first time, this needs a network): ${(cause as Error).message}`,
      { cause },
    );
  }
}

/**
 * Draws a chart.
 *
 * @param option ECharts' own description of it.
 * @param width In pixels.
 * @param height In pixels.
 * @returns An SVG document; the same description gives the same text.
 * @throws {Error} If ECharts cannot be loaded.
 */
export async function renderSvg(option: object, width: number, height: number): Promise<string> {
  const echarts = await loadEcharts();
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption(option);
    // Not renderToSVGString(), which adds styles for the mouse that a picture has no use for, like the marks below.
    const svg = chart.getZr().painter.renderToString({ cssAnimation: false, cssEmphasis: false });
    // Identifiers count the charts of the process, and a picture should not depend on that.
    return svg.replaceAll(/(?<=["#])zr\d+-/g, "zr-").replaceAll(/ ecmeta_\w+="[^"]*"/g, "");
  } finally {
    chart.dispose();
  }
}
