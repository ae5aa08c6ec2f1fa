import { productDensity } from "../../../lib/curvature/product_density.ts";
import { panelsPlotSvg, type PlotSeries } from "../../run/plot.ts";
import { mean } from "../../shell/statistics.ts";
import { UserError } from "../../shell/user_error.ts";
import { lineOf } from "../line_of.ts";
import type { Measurement, Result } from "../measurement.ts";
import type { Moment } from "../moment.ts";
import { bySeries, bySteps, isAlongRun } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import type { Extent } from "../subject.ts";
import { batchesOf, type Densities, shape } from "./densities.ts";
import { densityByLayer } from "./density_by_layer.ts";
import { oneProduct } from "./one_product.ts";
import { percent, type Shares, sharesFigures, storedDensities } from "./shares.ts";

/** At initialisation, products of larger batches are measured for the first seed only, because each takes seconds. */
const MOST_FOR_ALL_SEEDS = 16384;

/** How many entries of Hv are 0 or next to 0, over batch sizes (Theorems 4.2 and 4.3 of Chng et al. 2025). */
export const density: Measurement<Densities> = {
  name: "density",
  doing: "density of products",
  needs: "field",
  made: "shares of weights and biases of each layer",
  shape,
  work: ({ batchSizes }) => batchSizes.reduce((sum, size) => sum + size, 0),
  async measure(subject) {
    const { moment, extent, signal } = subject;
    const { field: { layout } } = moment;
    const densities = [];
    for (const batchSize of sizesAt(moment, extent)) {
      signal.throwIfAborted();
      const found = productDensity(await oneProduct(subject, subject.draw(batchSize)), layout);
      densities.push({ batchSize, ...storedDensities(found, layout) });
    }
    return densities;
  },
  figures: (densities) =>
    densities.flatMap(({ batchSize, ...found }) => sharesFigures("Hv", `batch ${batchSize}, `, found)),
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
        "The shares of the entries of Hv that are exactly 0, and that are less than a thousandth and a hundredth of the root of the mean square " +
        `of all, for one direction v of ${signs}. ` +
        "Theorems 4.2 and 4.3 of Chng et al. (2025) speak of this density: the published explanation " +
        `is that equilibrated preconditioners help where Hv is dense.${firstSeedText(results)}`,
      ],
      tables: [{
        columns: ["field", "step", "batch size", "= 0", "< 1e-3 rms", "< 1e-2 rms"],
        numbersFrom: 1,
        rows: bySeries(results).flatMap(([name, all]) =>
          bySteps(all).flatMap(([step, each]) =>
            sizesOf(each).map((size) => {
              const text = (of: keyof Shares) => spreadText(sharesAt(each, size, of), 4);
              return [name, `${step}`, `${size}`, text("zero"), text("belowThousandth"), text("belowHundredth")];
            })
          )
        ),
      }],
    };
  },
  further: [densityByLayer],
  finding(results) {
    const steps = bySteps(results);
    const common = batchesOf(results)[0];
    const largest = sizesOf(results).at(-1)!;
    const of = (each: readonly Result<Densities>[], size: number, share: keyof Shares) =>
      percent(mean(sharesAt(each, size, share)));
    const text = ([step, each]: typeof steps[number]) =>
      `${of(each, common, "zero")} of the entries of Hv are 0 and ${
        of(each, common, "belowHundredth")
      } are below 1/100 of the rms` +
      (steps.length > 1 ? ` at step ${step}` : "");
    const ends = steps.length > 1 ? [steps[0], steps.at(-1)!] : steps;
    const further = largest === common
      ? ""
      : ` At batch size ${largest} they are ${of(results, largest, "zero")} and ${
        of(results, largest, "belowHundredth")
      }.`;
    return `${ends.map(text).join("; ")} at batch size ${common}.${further}`;
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

/** The batch sizes of a moment. All samples stand for sizes above the number of the data's. */
function sizesAt({ input: { data }, seed, restoreOptimizer }: Moment, { batchSizes }: Extent): number[] {
  const sizes = [...new Set(batchSizes.map((size) => Math.min(size, data.count)))];
  const cheap = sizes.filter((size) => size <= MOST_FOR_ALL_SEEDS);
  const isRun = restoreOptimizer !== undefined;
  return isRun || seed === 0 || cheap.length === 0 ? sizes : cheap;
}

/** The batch sizes that any of the results has, in ascending order. */
function sizesOf(results: readonly Result<Densities>[]): number[] {
  return [...new Set(results.flatMap(({ result }) => result.map(({ batchSize }) => batchSize)))].sort((a, b) => a - b);
}

/** A share at a batch size, of the results that have it. */
function sharesAt(results: readonly Result<Densities>[], size: number, of: keyof Shares): number[] {
  return results.flatMap(({ result }) =>
    result.filter(({ batchSize }) => batchSize === size).map(({ all }) => all[of])
  );
}

/** The sentence about batches that are measured for the first seed only, where there are such ones and other seeds. */
function firstSeedText(results: readonly Result<Densities>[]): string {
  const seeds = new Set(results.map(({ seed }) => seed)).size;
  const hasLarge = sizesOf(results).at(-1)! > MOST_FOR_ALL_SEEDS;
  if (isAlongRun(results) || seeds < 2 || !hasLarge) return "";
  return ` Batches of more than ${MOST_FOR_ALL_SEEDS} samples are those of the first seed.`;
}

function overBatches(name: string, all: readonly Result<Densities>[], share: keyof Shares): PlotSeries {
  const sizes = sizesOf(all);
  return { name, x: sizes, ...lineOf(sizes.map((size) => sharesAt(all, size, share))) };
}

/** At the largest batch size that all steps have. */
function overSteps(name: string, all: readonly Result<Densities>[], share: keyof Shares): PlotSeries {
  const steps = bySteps(all);
  const [size] = batchesOf(all);
  return { name, x: steps.map(([step]) => step), ...lineOf(steps.map(([, each]) => sharesAt(each, size, share))) };
}
