/**
 * Drawing with Apache ECharts to SVG, without a browser. ECharts is loaded when the first plot is drawn, so that it is not needed
 * before.
 *
 * @module
 */

import { loadPackage } from "../shell/load_package.ts";

/** One file instead of the hundreds of the package, which take twice as long to load. */
const ECHARTS = "npm:echarts@6.1.0/dist/echarts.esm.min.mjs";

/** The part of ECharts' charts that is used here. */
interface Chart {
  /** Sets the description of the chart. */
  setOption(option: object): void;
  /** The renderer, whose painter writes SVG. */
  getZr(): { painter: { renderToString(options: { cssAnimation: boolean; cssEmphasis: boolean }): string } };
  /** Frees the chart. */
  dispose(): void;
}

/** The part of the module ECharts that is used here. */
interface Echarts {
  /** Makes a chart, which needs no document if its options say so. */
  init(element: null, theme: null, options: object): Chart;
}

/**
 * Loads ECharts.
 *
 * @param specifier The module's specifier.
 * @throws {Error} If the module cannot be loaded, for instance without a network when it is used for the first time.
 */
export function loadEcharts(specifier: string = ECHARTS): Promise<Echarts> {
  return loadPackage<Echarts>(specifier).catch((cause) => {
    throw new Error(`plot: ${(cause as Error).message}`, { cause });
  });
}

/** The first attempt to load ECharts: where one plot has waited in vain, those after it do not wait again. */
let loading: Promise<Echarts> | undefined;

/**
 * Draws a chart.
 *
 * @param option The description of the chart, as ECharts defines it.
 * @param width Width in pixels.
 * @param height Height in pixels.
 * @returns An SVG document; the same description gives the same text.
 * @throws {Error} If ECharts cannot be loaded.
 */
export async function renderSvg(option: object, width: number, height: number): Promise<string> {
  const { init } = await (loading ??= loadEcharts());
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption(option);
    // renderToSVGString() would add styles for mouse interaction, which a picture does not need. The same goes for the marks that are
    // removed below.
    const svg = chart.getZr().painter.renderToString({ cssAnimation: false, cssEmphasis: false });
    // ECharts numbers the charts of the process in identifiers. These are made equal, so that equal charts give equal text.
    return svg.replaceAll(/(?<=["#])zr\d+-/g, "zr-").replaceAll(/ ecmeta_\w+="[^"]*"/g, "");
  } finally {
    chart.dispose();
  }
}
