import type { Result } from "../measurement.ts";
import { agreementsWith, comparedIn } from "../measurements/compared_diagonals.ts";
import { noiseOfCurvature } from "../measurements/curvature_noise.ts";
import { batchesOf } from "../measurements/densities.ts";
import { density } from "../measurements/density.ts";
import { gaussNewton } from "../measurements/gauss_newton.ts";
import { noise } from "../measurements/noise.ts";
import { ownDiagonal } from "../measurements/own_diagonal.ts";
import { type Part, resultsOf } from "../part.ts";
import { spreadText } from "../spread_text.ts";
import { mean } from "../../shell/statistics.ts";
import { type ComparedSeries, lastOfSeries, listText, momentOf } from "./compared_series.ts";

/** Whose Hessian-vector products are dense. */
export function compareDensity(parts: readonly Part[]): string | undefined {
  const series = lastOfSeries(resultsOf(density, parts));
  if (series === undefined) return undefined;
  const [batchSize] = batchesOf(series.flatMap(({ results }) => results));
  if (batchSize === undefined) return undefined;
  const sorted = byMean(series, ({ result }) => {
    return 100 * result.find((each) => each.batchSize === batchSize)!.all.belowHundredth;
  });
  const texts = sorted.map(({ name, numbers }) => `${spreadText(numbers, 1)} % for ${name}`);
  return `Density ${momentOf(series)}: Hv is densest for ${sorted[0].name} and sparsest for ${sorted.at(-1)!.name}. ` +
    `At batch size ${batchSize} the shares of entries below 1/100 of the rms are ${listText(texts)}.`;
}

/** How much of the Hessian the Gauss-Newton matrix leaves out. */
export function compareGaussNewton(parts: readonly Part[]): string | undefined {
  const measured = resultsOf(gaussNewton, parts).filter(({ result }) => result.residualShare !== undefined);
  const series = lastOfSeries(measured);
  if (series === undefined) return undefined;
  const texts = byMean(series, ({ result }) => result.residualShare!).map(({ name, numbers }) =>
    `${spreadText(numbers, 2)} for ${name}`
  );
  return `Gauss-Newton ${momentOf(series)}: the shares of H's norm that G leaves out are ${listText(texts)}.`;
}

/** How near the optimizers' diagonals are to √diag G and to D^E. */
export function compareDiagonals(parts: readonly Part[]): string | undefined {
  const series = lastOfSeries(comparedIn(resultsOf(ownDiagonal, parts)));
  if (series === undefined) return undefined;
  const texts = (["√diag G", "D^E"] as const).map((diagonal) => {
    const own = series.map(({ name, results }) => {
      const { correlation, logSpread } = agreementsWith(results, diagonal);
      return `${spreadText(correlation, 2)} and ${spreadText(logSpread, 2)} for ${name}`;
    });
    return `with ${diagonal} ${listText(own)}`;
  });
  return `Diagonals ${
    momentOf(series)
  }: correlation of the logarithms of what the optimizer divides by, and spread of log10 of the ratio, are ${
    texts.join("; ")
  }.`;
}

/** Whose gradients and curvature are noisy. */
export function compareNoise(parts: readonly Part[]): string | undefined {
  const ofGradients = resultsOf(noise, parts).filter(({ result: { noiseScale = NaN } }) => Number.isFinite(noiseScale));
  const gradients = lastOfSeries(ofGradients);
  const curvature = lastOfSeries(resultsOf(noiseOfCurvature, parts).filter(({ result }) => result.length > 0));
  const series = gradients ?? curvature;
  if (series === undefined) return undefined;
  const texts: string[] = [];
  if (gradients !== undefined) {
    const scales = byMean(gradients, ({ result }) => result.noiseScale!);
    const each = scales.map(({ name, numbers }) => `${spreadText(numbers, mean(numbers) < 20 ? 1 : 0)} for ${name}`);
    texts.push(`the gradient's noise scale in samples is ${listText(each)}`);
  }
  if (curvature !== undefined) {
    const each = byMean(curvature, ({ result }) => result.at(-1)!.equilibrated).map(({ name, numbers }) =>
      `${spreadText(numbers, 2)} for ${name}`
    );
    const { samples } = curvature[0].results[0].result.at(-1)!;
    texts.push(`D^E of two batches of ${samples} differs by these shares of its size: ${listText(each)}`);
  }
  return `Noise ${momentOf(series)}: ${texts.join("; ")}.`;
}

/** A number for each seed of each series, by the series' means from the least on. */
function byMean<R>(series: readonly ComparedSeries<R>[], numberOf: (result: Result<R>) => number) {
  return series.map(({ name, results }) => ({ name, numbers: results.map(numberOf) }))
    .sort((a, b) => mean(a.numbers) - mean(b.numbers));
}
