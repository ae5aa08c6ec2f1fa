import { differentiate } from "../../../lib/diff/passes.ts";
import type { ProductRequest } from "../../../lib/diff/request.ts";
import { Workspace } from "../../../lib/diff/workspace.ts";
import { fillDirection } from "../../../lib/curvature/direction.ts";
import { streams } from "../../../lib/gpu/random.ts";
import { createVector } from "../../../lib/linalg/vector.ts";
import { number, object, type Shaped } from "../../shell/shape.ts";
import { mean, median } from "../../shell/statistics.ts";
import type { Measurement } from "../measurement.ts";
import { bySeries } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import type { Subject } from "../subject.ts";
import { costInGradients } from "./cost_in_gradients.ts";

/** Repetitions of each computation, which take turns. One more comes first, in which kernels are compiled. */
const ROUNDS = 6;

const cost = number({ nonFinite: true });

/** Seconds of a gradient, and how much longer it takes with one product or sample, in gradients; NaN where that is not measurable. */
const shape = object({
  gradient: number({ min: 0 }),
  hessian: cost,
  gaussNewton: cost,
  gaussNewtonSample: cost,
});

const KINDS = ["hessian", "gaussNewton", "gaussNewtonSample"] as const;
type Kind = typeof KINDS[number];

/** How long the products take from which preconditioners are estimated. */
export const costs: Measurement<Shaped<typeof shape>> = {
  name: "costs",
  doing: "times of gradients and products",
  needs: "new field",
  firstSeedOnly: true,
  made: `${ROUNDS} rounds, costs above their spread`,
  shape,
  work: ({ samples }) => 3 * (ROUNDS + 1) * samples,
  async measure(subject) {
    const seconds = await timesOf(subject);
    const besides = (kind: Kind) => costInGradients(seconds[kind], seconds.gradient);
    return {
      gradient: median(seconds.gradient),
      hessian: besides("hessian"),
      gaussNewton: besides("gaussNewton"),
      gaussNewtonSample: besides("gaussNewtonSample"),
    };
  },
  figures: ({ gradient, hessian, gaussNewton, gaussNewtonSample }) => [
    ["seconds of a gradient", "", gradient],
    ["cost in gradients", "product Hv", hessian],
    ["cost in gradients", "product Gv", gaussNewton],
    ["cost in gradients", "sample of diag G", gaussNewtonSample],
  ],
  section: (results, { samples }) => ({
    title: "What estimates cost",
    paragraphs: [
      `How long the whole fields take on this device for ${samples} samples: a gradient, and, in gradients, one product Hv (a probe of D^E and ` +
      "D^J), one product Gv and one sample of diag G, each besides the gradient of the same samples, which it needs and which training computes anyway. " +
      `These are medians of ${ROUNDS} repetitions that took turns. A cost that is below the spread of the repetitions is not measurable.`,
    ],
    tables: [{
      columns: ["field", "gradient (ms)", "product Hv", "product Gv", "sample of diag G"],
      numbersFrom: 1,
      rows: bySeries(results).map(([name, all]) => [
        name,
        spreadText(all.map(({ result }) => 1000 * result.gradient), 1),
        ...KINDS.map((kind) => {
          const values = all.map(({ result }) => result[kind]);
          return values.some(Number.isNaN) ? "not measurable" : spreadText(values, 2);
        }),
      ]),
    }],
  }),
  finding(results) {
    const texts = ([["hessian", "a product Hv"], ["gaussNewtonSample", "a sample of diag G"]] as const).map(
      ([kind, what]) => {
        const cost = mean(results.map(({ result }) => result[kind]));
        return Number.isNaN(cost)
          ? `the cost of ${what} is below the spread of repetitions and not measurable`
          : `${what} costs ${cost.toFixed(1)} gradients`;
      },
    );
    return `Besides its gradient, ${texts.join(", and ")} on this device.`;
  },
};

/** The seconds of each repetition by what is computed: the gradient alone, or with one product or sample. */
async function timesOf(subject: Subject): Promise<Record<Kind | "gradient", number[]>> {
  const { moment: { field, input: { objective }, seed }, extent, signal } = subject;
  const { gpu, layout } = field;
  const batch = subject.draw(extent.samples);
  using workspace = new Workspace(field, objective, { samples: batch.samples, products: true });
  using gradient = createVector(gpu, layout, "gradient");
  using direction = createVector(gpu, layout, "direction");
  using result = createVector(gpu, layout, "product");
  fillDirection(direction, extent.directions, seed, 0);
  const key = { seed, stream: streams.probe, step: 0 };
  const products: Record<Kind | "gradient", readonly ProductRequest[]> = {
    gradient: [],
    hessian: [{ kind: "hessian", direction, result }],
    gaussNewton: [{ kind: "gaussNewton", direction, result }],
    gaussNewtonSample: [{ kind: "gaussNewtonSample", key, result }],
  };
  const seconds: Record<Kind | "gradient", number[]> = {
    gradient: [],
    hessian: [],
    gaussNewton: [],
    gaussNewtonSample: [],
  };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const kind of ["gradient", ...KINDS] as const) {
      signal.throwIfAborted();
      await gpu.synchronize();
      const begin = performance.now();
      differentiate(workspace, { ...batch, gradient, products: products[kind] });
      await gpu.synchronize();
      if (round > 0) seconds[kind].push((performance.now() - begin) / 1000);
    }
  }
  return seconds;
}
