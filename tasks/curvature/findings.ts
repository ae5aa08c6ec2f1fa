import type { Measurement, PreconditionerName } from "./measure.ts";
import { bySeries, meanOf } from "./spread.ts";

/** What the measurements say, in sentences: for each series whether products are dense and which preconditioner conditions best. */
export function findings(measurements: readonly Measurement[]): string[] {
  return [...bySeries(measurements)].map(([series, all]) => {
    const parts = [densityText(all), conditioningText(all), noiseText(all)].filter((text) => text !== undefined);
    return `${series}: ${parts.join(" ")}`;
  });
}

function densityText(all: readonly Measurement[]): string {
  const { batchSize } = all[0].densities.at(-1)!;
  const zero = meanOf(all.map(({ densities }) => densities.at(-1)!.density.all.zero));
  const small = meanOf(all.map(({ densities }) => densities.at(-1)!.density.all.belowHundredth));
  const verdict = zero > 0.05 || small > 0.2 ? "sparse" : "dense";
  return `Hv is ${verdict} at batch size ${batchSize} (${percent(zero)} of its entries are 0, ${
    percent(small)
  } below 1/100 of the rms).`;
}

function conditioningText(all: readonly Measurement[]): string | undefined {
  const measured = all.filter(({ small }) => small !== undefined);
  if (measured.length === 0) return undefined;
  const ratio = (name: PreconditionerName) =>
    meanOf(measured.map(({ small }) => small!.conditioning[name].ratio["0.5"]));
  const names: PreconditionerName[] = ["equilibrated", "Jacobi", "Gauss-Newton"];
  const best = names.reduce((a, b) => ratio(b) < ratio(a) ? b : a);
  const texts = names.map((name) => `${ratio(name).toFixed(0)} under ${name}`).join(", ");
  const verdict = ratio(best) < ratio("none")
    ? `${best} conditions best`
    : "no diagonal preconditioner conditions better than none";
  return `The largest eigenvalue over the median one is ${
    ratio("none").toFixed(0)
  } without a preconditioner, ${texts}: ${verdict}.`;
}

function noiseText(all: readonly Measurement[]): string | undefined {
  const scales = all.map(({ noise }) => noise.noiseScale).filter(Number.isFinite);
  if (scales.length === 0) return "The gradient is smaller than its noise at these batches.";
  return `The gradient's noise scale is about ${meanOf(scales).toPrecision(2)} samples.`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
