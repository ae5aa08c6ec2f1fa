import { gradientNoise } from "../../../lib/curvature/gradient_noise.ts";
import { linePlotSvg } from "../../run/plot.ts";
import { number, object, optional, type Shaped } from "../../shell/shape.ts";
import { mean } from "../../shell/statistics.ts";
import { disjointBatches, FEWEST_DISJOINT } from "../../training/whole_batches.ts";
import type { Measurement, Result } from "../measurement.ts";
import { bySeries, bySteps, isAlongRun } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { counted } from "../../shell/counted.ts";

/** Batches from which the noise is estimated, and samples of each; fewer where the data have not so many samples. */
const BATCHES = 32;
const SAMPLES = 64;

/** Undefined where the data have too few samples for batches that share none. */
const shape = object({ noiseScale: optional(number({ nonFinite: true })) });

type Noise = Shaped<typeof shape>;

/** How noisy gradients are (McCandlish et al. 2018). */
export const noise: Measurement<Noise> = {
  name: "noise",
  doing: "noise of gradients",
  needs: "field",
  made: "over all samples of the data",
  shape,
  // A gradient takes about half as long as a product.
  work: () => BATCHES * SAMPLES / 2,
  async measure(subject) {
    const { field, input: { data, objective } } = subject.moment;
    const disjoint = disjointBatches(data.count, { samples: SAMPLES, batches: BATCHES });
    if (disjoint === undefined) return { noiseScale: undefined };
    const batches = Array.from({ length: disjoint.batches }, (_, i) => subject.draw(disjoint.samples, i));
    const { noiseScale } = await gradientNoise(field, objective, batches, {
      population: data.population ?? data.count,
    });
    return { noiseScale };
  },
  figures: ({ noiseScale }) => noiseScale === undefined ? [] : [["noise scale", "", noiseScale]],
  section: (results) => ({
    title: "Noise of gradients",
    paragraphs: [
      `The simple noise scale tr Σ/|G|² of McCandlish et al. (2018), from ${BATCHES} batches of ${SAMPLES} samples: the batch size at which the noise of the ` +
      "gradient over all samples of the data is as large as that gradient. The batches share no sample, which the estimate allows for; they are " +
      "fewer or smaller where the data have not so many samples.",
      ...results.some(isUnmeasured) ? [TOO_FEW] : [],
    ],
    tables: [{
      columns: ["field", "step", "noise scale (samples)"],
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
    !isAlongRun(results) || results.some(isUnmeasured) ? undefined : linePlotSvg({
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
    if (results.some(isUnmeasured)) return TOO_FEW;
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

const TOO_FEW =
  `The noise of the gradient cannot be measured, because the data have fewer than ${FEWEST_DISJOINT} samples.`;

function isUnmeasured({ result }: Result<Noise>): boolean {
  return result.noiseScale === undefined;
}

/** The measured noise scales. */
function scalesOf(results: readonly Result<Noise>[]): number[] {
  return results.flatMap(({ result: { noiseScale } }) => noiseScale ?? []);
}

/** The mean over seeds, without those whose gradient could not be told from its noise; NaN if there are no others. */
function scaleOf(results: readonly Result<Noise>[]): number {
  return mean(scalesOf(results).filter(Number.isFinite));
}

function scaleText(scale: number): string {
  return Number.isNaN(scale) ? "more than can be measured" : counted(Number(scale.toPrecision(2)), "sample");
}

/** The mean with its spread over seeds. Small scales have decimals, because they would be 0 or 1 without. */
function spreadOf(results: readonly Result<Noise>[]): string {
  if (results.some(isUnmeasured)) return "not measured";
  return spreadText(scalesOf(results), scaleOf(results) < 20 ? 2 : 0);
}
