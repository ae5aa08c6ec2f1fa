import type { Measurement, PreconditionerName } from "./measure.ts";
import { bySeries, meanOf } from "./spread.ts";

/** What the measurements say, in sentences: for each series how dense products are and which preconditioner conditions best. */
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
  return `${percent(zero)} of the entries of Hv are 0 and ${
    percent(small)
  } are below 1/100 of the rms at batch size ${batchSize}.`;
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
