import { logHistogram } from "../../../lib/curvature/product_density.ts";
import { linePlotSvg, type PlotSeries } from "../../run/plot.ts";
import { list, number, object, type Shaped } from "../../shell/shape.ts";
import type { Measurement } from "../measurement.ts";
import { isAlongRun, lastSteps } from "../series.ts";
import { oneProduct } from "./one_product.ts";

const BINS = 50;

/** A histogram of log₁₀(|entry|/rms). */
const shape = object({
  edges: list(number(), { least: BINS + 1, most: BINS + 1 }),
  counts: list(number({ whole: true, min: 0 }), { least: BINS, most: BINS }),
});

/** How large the entries of Hv are. */
export const entrySizes: Measurement<Shaped<typeof shape>> = {
  name: "entry-sizes",
  doing: "sizes of the entries of a product",
  needs: "field",
  shape,
  work: ({ samples }) => samples,
  async measure(subject) {
    const product = await oneProduct(subject, subject.draw(subject.extent.samples));
    const { edges, counts } = logHistogram(product, BINS);
    return { edges: Array.from(edges), counts: Array.from(counts) };
  },
  figures: () => [],
  section: (results) => ({
    title: "Sizes of the entries",
    paragraphs: [
      "Entries that are exactly 0 are not shown, so that the area of a curve is the share of the others. The first point stands for all entries " +
      `below 1e-8 rms. The plot has the first seed${isAlongRun(results) ? " at the last step" : ""}.`,
    ],
  }),
  plot(results) {
    const series = lastSteps(results).map(({ name, results: [first] }): PlotSeries => {
      const { parameters, result: { edges, counts } } = first;
      const total = parameters * (edges[1] - edges[0]);
      return {
        name,
        x: counts.map((_, i) => (edges[i] + edges[i + 1]) / 2),
        y: counts.map((count) => count / total),
      };
    });
    return linePlotSvg({
      title: "Sizes of the entries of Hv",
      xLabel: "log10(|entry| / rms)",
      yLabel: "Density (per decade)",
      series,
    });
  },
};
