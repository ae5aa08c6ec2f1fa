import { type ProductDensity, productDensity } from "../../../lib/curvature/product_density.ts";
import { panelsPlotSvg, type PlotSeries } from "../../run/plot.ts";
import { list, number, object, record, type Shaped } from "../../shell/shape.ts";
import { UserError } from "../../shell/user_error.ts";
import { mean } from "../../shell/statistics.ts";
import type { Figure, Measurement, Result } from "../measurement.ts";
import type { Moment } from "../moment.ts";
import type { Extent } from "../subject.ts";
import { bySeries, bySteps, isAlongRun } from "../series.ts";
import { lineOf } from "../line_of.ts";
import { spreadText } from "../spread_text.ts";
import { oneProduct } from "./one_product.ts";

const share = number({ min: 0, max: 1 });
const shares = object({ zero: share, belowThousandth: share, belowHundredth: share });

/** Densities in the order of the batch sizes. */
const shape = list(
  object({ batchSize: number({ whole: true, min: 1 }), all: shares, segments: record(shares) }),
  { least: 1 },
);

type Densities = Shaped<typeof shape>;
type Share = keyof Shaped<typeof shares>;

/** How many entries of Hv are 0 or next to 0, over batch sizes (Theorems 4.2 and 4.3 of Chng et al. 2025). */
export const density: Measurement<Densities> = {
  name: "density",
  doing: "density of products",
  needs: "field",
  shape,
  work: ({ batchSizes }) => batchSizes.reduce((sum, size) => sum + size, 0),
  async measure(subject) {
    const { moment, extent: { batchSizes }, signal } = subject;
    const { input: { data }, field: { layout } } = moment;
    const densities = [];
    for (const batchSize of batchSizes.filter((size) => size <= data.count)) {
      signal.throwIfAborted();
      const { all, segments } = productDensity(await oneProduct(subject, subject.draw(batchSize)), layout);
      const named = [...segments].map(([name, each]) => [name, sharesOf(each)]);
      densities.push({ batchSize, all: sharesOf(all), segments: Object.fromEntries(named) });
    }
    return densities;
  },
  figures: (densities) =>
    densities.flatMap(({ batchSize, all, segments }) =>
      Object.entries({ all, ...segments }).flatMap(([name, { zero, belowThousandth, belowHundredth }]): Figure[] => [
        ["share of Hv = 0", `batch ${batchSize}, ${name}`, zero],
        ["share of Hv < 1e-3 rms", `batch ${batchSize}, ${name}`, belowThousandth],
        ["share of Hv < 1e-2 rms", `batch ${batchSize}, ${name}`, belowHundredth],
      ])
    ),
  plot(results) {
    const along = isAlongRun(results);
    const panels = (["zero", "belowHundredth"] as const).map((share) => ({
      xLabel: along ? "Training step" : "Batch size (samples)",
      yLabel: share === "zero" ? "Share exactly 0" : "Share below 1/100 of the rms",
      xScale: along ? "linear" as const : "log" as const,
      series: bySeries(results).map(([name, all]) =>
        along ? overSteps(name, all, share) : overBatches(name, all, share)
      ),
    }));
    return panelsPlotSvg({ title: "Density of Hv", panels });
  },
  section(results, { directions }) {
    const signs = directions === "normal" ? "normal numbers" : "random signs";
    return {
      title: "How dense Hessian-vector products are",
      paragraphs: [
        "The shares of the entries of Hv that are exactly 0, and that are less than a hundredth of the root of the mean square of all, for " +
        `one direction v of ${signs}. ` +
        "Theorems 4.2 and 4.3 of Chng et al. (2025) speak of this density: the published explanation " +
        "is that equilibrated preconditioners help where Hv is dense. The table has the largest batch.",
      ],
      tables: [{
        columns: ["field", "step", "batch size", "= 0", "< 1e-3 rms", "< 1e-2 rms"],
        numbersFrom: 1,
        rows: bySeries(results).flatMap(([name, all]) =>
          bySteps(all).map(([step, each]) => {
            const text = (of: Share) => spreadText(each.map(({ result }) => result.at(-1)!.all[of]), 4);
            const { batchSize } = each[0].result.at(-1)!;
            return [name, `${step}`, `${batchSize}`, text("zero"), text("belowThousandth"), text("belowHundredth")];
          })
        ),
      }],
    };
  },
  finding(results) {
    const steps = bySteps(results);
    const text = ([step, each]: typeof steps[number]) => {
      const of = (share: Share) => percent(mean(each.map(({ result }) => result.at(-1)!.all[share])));
      return `${of("zero")} of the entries of Hv are 0 and ${of("belowHundredth")} are below 1/100 of the rms` +
        (steps.length > 1 ? ` at step ${step}` : "");
    };
    const ends = steps.length > 1 ? [steps[0], steps.at(-1)!] : steps;
    return `${ends.map(text).join("; ")} at batch size ${results[0].result.at(-1)!.batchSize}.`;
  },
};

/**
 * Checks that the data has samples for at least one of the batch sizes.
 *
 * @throws {UserError} If it has not.
 */
export function checkExtent({ batchSizes }: Extent, { input: { data } }: Moment): void {
  if (Math.min(...batchSizes) <= data.count) return;
  throw new UserError(
    `--batch-sizes: expected at least one of at most ${data.count}, the number of samples, found ${batchSizes.join()}.`,
  );
}

function sharesOf({ zero, belowThousandth, belowHundredth }: ProductDensity): Shaped<typeof shares> {
  return { zero, belowThousandth, belowHundredth };
}

function overBatches(name: string, all: readonly Result<Densities>[], share: Share): PlotSeries {
  const sizes = all[0].result.map(({ batchSize }) => batchSize);
  const values = sizes.map((size) =>
    all.flatMap(({ result }) => result.filter(({ batchSize }) => batchSize === size).map(({ all }) => all[share]))
  );
  return { name, x: sizes, ...lineOf(values) };
}

function overSteps(name: string, all: readonly Result<Densities>[], share: Share): PlotSeries {
  const steps = bySteps(all);
  const values = steps.map(([, each]) => each.map(({ result }) => result.at(-1)!.all[share]));
  return { name, x: steps.map(([step]) => step), ...lineOf(values) };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
