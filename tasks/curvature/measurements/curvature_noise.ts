import { curvatureNoise } from "../../../lib/curvature/curvature_noise.ts";
import { linePlotSvg } from "../../run/plot.ts";
import { list, number, object, type Shaped } from "../../shell/shape.ts";
import { mean } from "../../shell/statistics.ts";
import type { Figure, Measurement, Result } from "../measurement.ts";
import { bySeries, bySteps } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import type { Extent } from "../subject.ts";
import { counted } from "../../shell/counted.ts";

/** Pairs of batches, and products from which each diagonal is estimated. */
const PAIRS = 2;
const PROBES = 32;

const any = number({ nonFinite: true });

/** For each batch size ‖d₁ − d₂‖/√((‖d₁‖² + ‖d₂‖²)/2) of two batches, and the median of |log₁₀(d₁/d₂)|. */
const shape = list(
  object({
    samples: number({ whole: true, min: 1 }),
    equilibrated: any,
    jacobi: any,
    equilibratedDistance: any,
    jacobiDistance: any,
  }),
);

type Noise = Shaped<typeof shape>;

/** How far the diagonals D^E and D^J of two batches differ. */
export const noiseOfCurvature: Measurement<Noise> = {
  name: "noise-of-curvature",
  doing: "noise of curvature",
  needs: "field",
  firstSeedOnly: true,
  made: `${PAIRS} pairs, ${PROBES} products`,
  shape,
  work: (extent) => 2 * PAIRS * PROBES * sizesOf(extent).reduce((sum, size) => sum + size, 0),
  async measure(subject) {
    const { moment: { field, input: { objective, data }, seed }, extent, signal } = subject;
    // Of larger sizes, some of the batches would share samples.
    const sizes = sizesOf(extent).filter((size) => 2 * PAIRS * size <= data.count);
    const draw = (samples: number, batch: number) => subject.draw(samples, batch);
    const found = await curvatureNoise(field, objective, draw, sizes, { pairs: PAIRS, probes: PROBES, seed, signal });
    return found.map(({ samples, equilibrated, jacobi }) => ({
      samples,
      equilibrated: equilibrated.difference.value,
      jacobi: jacobi.difference.value,
      equilibratedDistance: equilibrated.medianDistance.value,
      jacobiDistance: jacobi.medianDistance.value,
    }));
  },
  figures: (result) =>
    result.flatMap(({ samples, ...rest }): Figure[] => [
      ["difference of two batches", `equilibrated, batch ${samples}`, rest.equilibrated],
      ["difference of two batches", `Jacobi, batch ${samples}`, rest.jacobi],
      ["median |log10 ratio| of two batches", `equilibrated, batch ${samples}`, rest.equilibratedDistance],
      ["median |log10 ratio| of two batches", `Jacobi, batch ${samples}`, rest.jacobiDistance],
    ]),
  plot(results) {
    const series = bySeries(results).map(([name, all]) => ({ name, ...all.at(-1)! }));
    if (series.some(({ result }) => result.length < 2)) return undefined;
    return linePlotSvg({
      title: "How far D^E of two batches differs",
      xLabel: "Batch size",
      yLabel: "Relative difference",
      xScale: "log",
      yScale: "log",
      series: series.map(({ name, result }) => ({
        name,
        x: result.map(({ samples }) => samples),
        y: result.map(({ equilibrated }) => equilibrated),
      })),
    });
  },
  section: (results) => ({
    title: "Noise of curvature",
    paragraphs: [
      `How far D^E = √diag(H²) and D^J = |diag H| of two batches differ: ‖d₁ − d₂‖ relative to their root mean square, a mean over ${PAIRS} pairs. ` +
      `Each diagonal is estimated from ${PROBES} products, with the same directions for both batches of a pair. The differences include the noise ` +
      "of these estimates, which the common directions do not remove: they are mostly too large, those of D^J perhaps several times. " +
      "Batches share no sample; batch sizes for which the data have too few samples are left out.",
    ],
    tables: [{
      columns: ["field", "step", "batch size", "difference of D^E", "difference of D^J"],
      numbersFrom: 1,
      rows: bySeries(results).flatMap(([name, all]) =>
        bySteps(all).flatMap(([step, each]) =>
          each[0].result.map(({ samples }, i) => [
            name,
            `${step}`,
            `${samples}`,
            spreadText(numbers(each, i, "equilibrated"), 3),
            spreadText(numbers(each, i, "jacobi"), 3),
          ])
        )
      ),
    }],
  }),
  finding(results) {
    const [step, last] = bySteps(results).at(-1)!;
    const largest = last[0].result.at(-1);
    if (largest === undefined) {
      return "The noise of curvature was not measured, because no batch size is at most that of the other measurements and a quarter of the data.";
    }
    const at = last[0].result.length - 1;
    const [equilibrated, jacobi] = (["equilibrated", "jacobi"] as const).map((name) => mean(numbers(last, at, name)));
    return `${step > 0 ? `At step ${step} ` : ""}D^E of two batches of ${
      counted(largest.samples, "sample")
    } differs by ${equilibrated.toFixed(2)} of its size, D^J by ${
      jacobi.toFixed(2)
    }, the noise of estimates from ${PROBES} products included.`;
  },
};

/** Batch sizes of the report that are not larger than the batch on which the rest is measured. */
function sizesOf({ batchSizes, samples }: Extent): number[] {
  return batchSizes.filter((size) => size <= samples);
}

function numbers(results: readonly Result<Noise>[], size: number, of: "equilibrated" | "jacobi"): number[] {
  return results.map(({ result }) => result[size][of]);
}
