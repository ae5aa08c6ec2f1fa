import { gradientNoise } from "../../../lib/curvature/gradient_noise.ts";
import { number, object, type Shaped } from "../../shell/shape.ts";
import { mean } from "../../shell/statistics.ts";
import type { Measurement } from "../measurement.ts";
import { bySeries, bySteps } from "../series.ts";
import { spreadText } from "../spread_text.ts";

/** Batches from which the noise is estimated, and samples of each. */
const BATCHES = 32;
const SAMPLES = 64;

const shape = object({ noiseScale: number({ nonFinite: true }) });

/** How noisy gradients are (McCandlish et al. 2018). */
export const noise: Measurement<Shaped<typeof shape>> = {
  name: "noise",
  doing: "noise of gradients",
  needs: "field",
  shape,
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
          spreadText(each.map(({ result }) => result.noiseScale), 0),
        ])
      ),
    }],
  }),
  finding(results) {
    const scales = results.map(({ result }) => result.noiseScale).filter(Number.isFinite);
    if (scales.length === 0) return "The gradient is smaller than its noise at these batches.";
    return `The gradient's noise scale is about ${mean(scales).toPrecision(2)} samples.`;
  },
};
