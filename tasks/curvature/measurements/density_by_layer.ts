import { panelsPlotSvg, type PlotSeries } from "../../run/plot.ts";
import { lineOf } from "../line_of.ts";
import type { Result, View } from "../measurement.ts";
import { lastSteps } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { batchesOf, type Densities } from "./densities.ts";
import type { Shares } from "./shares.ts";

const ROLES = ["weight", "bias"] as const;
type Role = typeof ROLES[number];

/** How many entries of Hv are 0 or next to 0 in each layer, at the largest batch size that all results of a series have. */
export const densityByLayer: View<Densities> = {
  name: "density-by-layer",
  plot(results) {
    const panels = ROLES.map((role) => ({
      xLabel: "Layer, in order",
      yLabel: `Share of ${role === "weight" ? "weights" : "biases"} below 1/100 of the rms`,
      series: lastSteps(results).map(({ name, results }): PlotSeries => {
        const shares = layersOf(results).map((layer) => sharesOf(results, layer, role));
        return {
          name,
          x: shares.map((_, i) => i + 1),
          ...lineOf(shares.map((each) => each.map(({ belowHundredth }) => belowHundredth))),
        };
      }),
    }));
    return panelsPlotSvg({ title: "Density of Hv by layer", panels });
  },
  section: (results) => ({
    title: "Density by layer",
    paragraphs: [
      "The shares of the entries of Hv that belong to the weights and to the biases of each layer, at the largest batch size that was measured for " +
      "all seeds; of a run at its last checkpoint. Small entries are those below a hundredth of the root of the mean square over all layers, so " +
      "that a layer with small entries is one with little curvature.",
    ],
    tables: [{
      columns: ["field", "batch size", "layer", "weights = 0", "< 1e-2 rms", "biases = 0", "< 1e-2 rms"],
      numbersFrom: 1,
      rows: lastSteps(results).flatMap(({ name, results }) =>
        layersOf(results).map((layer) => {
          const texts = ROLES.flatMap((role) => {
            const shares = sharesOf(results, layer, role);
            const text = (of: keyof Shares) => spreadText(shares.map((each) => each[of]), 4);
            return shares.length > 0 ? [text("zero"), text("belowHundredth")] : ["", ""];
          });
          return [name, `${batchesOf(results)[0]}`, layer, ...texts];
        })
      ),
    }],
  }),
};

/** The densities of each result at the largest batch size that all have. */
function largest(results: readonly Result<Densities>[]) {
  const [size] = batchesOf(results);
  return results.map(({ result }) => result.find(({ batchSize }) => batchSize === size)!);
}

function layersOf(results: readonly Result<Densities>[]): string[] {
  return [...new Set(largest(results).flatMap(({ layers }) => layers.map(({ layer }) => layer)))];
}

function sharesOf(results: readonly Result<Densities>[], layer: string, role: Role): Shares[] {
  return largest(results).flatMap(({ layers }) => layers.filter((each) => each.layer === layer && each.role === role));
}
