import { gradientNoise } from "../../../lib/curvature/gradient_noise.ts";
import { linePlotSvg } from "../../run/plot.ts";
import { number, object, type Shaped } from "../../shell/shape.ts";
import { mean } from "../../shell/statistics.ts";
import type { Measurement, Result } from "../measurement.ts";
import { bySeries, bySteps, isAlongRun } from "../series.ts";
import { spreadText } from "../spread_text.ts";

/** Batches from which the noise is estimated, and samples of each. */
const BATCHES = 32;
const SAMPLES = 64;

const shape = object({ noiseScale: number({ nonFinite: true }) });

type Noise = Shaped<typeof shape>;

/** How noisy gradients are (McCandlish et al. 2018). */
export const noise: Measurement<Noise> = {
  name: "noise",
  doing: "noise of gradients",
  needs: "field",
  shape,
  // A gradient takes about half as long as a product.
  work: () => BATCHES * SAMPLES / 2,
  async measure(subject) {
    const { field, input: { objective } } = subject.moment;
    const batches = Array.from({ length: BATCHES }, (_, i) => subject.draw(SAMPLES, i));
    const { noiseScale } = await gradientNoise(field, objective, batches);
    return { noiseScale };
  },
  figures: ({ noiseScale }) => [["noise scale", "", noiseScale]],
  section: (results) => ({
    title: "Noise of gradients",
    paragraphs: [
      `The simple noise scale tr Σ/|G|² of McCandlish et al. (2018), from ${BATCHES} batches of ${SAMPLES} samples: the batch size at which the noise of the ` +
      "gradient is as large as the gradient.",
    ],
    tables: [{
      columns: ["field", "steps", "noise scale (samples)"],
      numbersFrom: 1,
      rows: bySeries(results).flatMap(([name, all]) =>
        bySteps(all).map(([step, each]) => [
          name,
          `${step}`,
          spreadOf(each),
        ])
      ),
    }],
  }),
  plot: (results) =>
    !isAlongRun(results) ? undefined : linePlotSvg({
      title: "Noise of gradients",
      xLabel: "Training step",
      yLabel: "Noise scale (samples)",
      yScale: "log",
      series: bySeries(results).map(([name, all]) => {
        const steps = bySteps(all);
        return { name, x: steps.map(([step]) => step), y: steps.map(([, each]) => scaleOf(each)) };
      }),
    }),
  finding(results) {
    const steps = bySteps(results);
    const [first, last] = [scaleOf(steps[0][1]), scaleOf(steps.at(-1)![1])];
    if (steps.length > 1) {
      return `The gradient's noise scale goes from ${scaleText(first)} at step ${steps[0][0]} to ${
        scaleText(last)
      } at step ${steps.at(-1)![0]}.`;
    }
    if (Number.isNaN(last)) return "The gradient is smaller than its noise at these batches.";
    return `The gradient's noise scale is about ${scaleText(last)}.`;
  },
};

/** The mean over seeds, without those whose gradient could not be told from its noise; NaN if there are no others. */
function scaleOf(results: readonly Result<Noise>[]): number {
  return mean(results.map(({ result }) => result.noiseScale).filter(Number.isFinite));
}

function scaleText(scale: number): string {
  return Number.isNaN(scale) ? "more than can be measured" : `${Number(scale.toPrecision(2))} samples`;
}

/** The mean with its spread over seeds. Small scales have decimals, because they would be 0 or 1 without. */
function spreadOf(results: readonly Result<Noise>[]): string {
  return spreadText(results.map(({ result }) => result.noiseScale), scaleOf(results) < 20 ? 2 : 0);
}
