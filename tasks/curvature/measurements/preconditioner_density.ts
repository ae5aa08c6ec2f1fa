import { equilibratedDensity } from "../../../lib/curvature/equilibrated_density.ts";
import { curvatureOperator } from "../../../lib/curvature/operator.ts";
import { list, number, object, type Shaped } from "../../shell/shape.ts";
import type { Figure, Measurement } from "../measurement.ts";
import { bySeries, bySteps } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { counted } from "../../shell/counted.ts";

/** The largest number of products; the density is measured at all powers of two up to it. */
const PROBES = 8;

const share = number({ min: 0, max: 1 });
const shape = list(object({ probes: number({ whole: true, min: 1 }), zero: share, belowHundredth: share }), {
  least: 1,
});

/** How many entries of the equilibrated preconditioner are 0 or next to 0, over the number of products that it is estimated from. */
export const preconditionerDensity: Measurement<Shaped<typeof shape>> = {
  name: "preconditioner-density",
  doing: "density of the equilibrated preconditioner",
  needs: "field",
  firstSeedOnly: true,
  shape,
  work: ({ samples }) => PROBES * samples,
  async measure(subject) {
    const { moment: { field, input: { objective }, seed }, extent: { samples, directions }, signal } = subject;
    using hessian = curvatureOperator(field, objective, subject.draw(samples), "hessian", { fixed: true });
    const densities = await equilibratedDensity(hessian, { probes: PROBES, seed, directions, signal });
    return densities.map(({ probes, density: { all: { zero, belowHundredth } } }) => ({
      probes,
      zero,
      belowHundredth,
    }));
  },
  figures: (densities) =>
    densities.flatMap(({ probes, zero, belowHundredth }): Figure[] => [
      ["share of D^E = 0", counted(probes, "probe"), zero],
      ["share of D^E < 1e-2 rms", counted(probes, "probe"), belowHundredth],
    ]),
  section: (results, { samples }) => ({
    title: "How dense the equilibrated preconditioner is",
    paragraphs: [
      `The shares of the entries of D^E, estimated from so many products on ${
        counted(samples, "sample")
      }, that are exactly 0, and that are less than a ` +
      "hundredth of the root of the mean square of all. An entry is 0 only if that of every product is.",
    ],
    tables: [{
      columns: ["field", "step", "products", "= 0", "< 1e-2 rms"],
      numbersFrom: 1,
      rows: bySeries(results).flatMap(([name, all]) =>
        bySteps(all).flatMap(([step, each]) =>
          each[0].result.map(({ probes }, i) => [
            name,
            `${step}`,
            `${probes}`,
            spreadText(each.map(({ result }) => result[i].zero), 4),
            spreadText(each.map(({ result }) => result[i].belowHundredth), 4),
          ])
        )
      ),
    }],
  }),
};
