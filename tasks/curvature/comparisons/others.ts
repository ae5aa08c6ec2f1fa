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
import { deviation, mean } from "../../shell/statistics.ts";
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
  return `Density ${momentOf(series)}: ${extremesText(sorted)}. ` +
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
  const found = [noiseScales(parts), noisesOfCurvature(parts)].filter((each) => each !== undefined);
  if (found.length === 0) return undefined;
  const texts = found.map(({ moment, text }, i) => moment === found[i - 1]?.moment ? text : `${moment}: ${text}`);
  return `Noise ${texts.join("; ")}.`;
}

/** A part of the sentence about noise. */
interface NoiseText {
  readonly moment: string;
  readonly text: string;
}

/** The noise scales at the last steps; a series without one at its last step is named without a number. */
function noiseScales(parts: readonly Part[]): NoiseText | undefined {
  const series = lastOfSeries(resultsOf(noise, parts));
  if (series === undefined) return undefined;
  const isMeasured = ({ results }: typeof series[number]) =>
    results.every(({ result: { noiseScale = NaN } }) => Number.isFinite(noiseScale));
  const [measured, others] = [series.filter(isMeasured), series.filter((each) => !isMeasured(each))];
  if (measured.length === 0) return undefined;
  const each = byMean(measured, ({ result }) => result.noiseScale!).map(({ name, numbers }) =>
    `${spreadText(numbers, mean(numbers) < 20 ? 1 : 0)} for ${name}`
  );
  const unknown = others.map(({ name }) => `not measurable for ${name}`);
  return {
    moment: momentOf(series),
    text: `the gradient's noise scale in samples is ${listText([...each, ...unknown])}`,
  };
}

/** How far D^E of two batches differs, at the largest batch size that all series have. */
function noisesOfCurvature(parts: readonly Part[]): NoiseText | undefined {
  const series = lastOfSeries(resultsOf(noiseOfCurvature, parts).filter(({ result }) => result.length > 0));
  if (series === undefined) return undefined;
  const [first, ...others] = series.flatMap(({ results }) => results.map(({ result }) => result));
  const shared = first.map(({ samples }) => samples).filter((size) =>
    others.every((result) => result.some(({ samples }) => samples === size))
  );
  if (shared.length === 0) return undefined;
  const size = Math.max(...shared);
  const sorted = byMean(series, ({ result }) => result.find(({ samples }) => samples === size)!.equilibrated);
  const each = sorted.map(({ name, numbers }) => `${spreadText(numbers, 2)} for ${name}`);
  const text = `D^E of two batches of ${size} differs by these shares of its size: ${listText(each)}`;
  return { moment: momentOf(series), text };
}

/** With one seed, a difference that is worth a word is at least this factor. */
const CLEAR_FACTOR = 1.2;

interface Numbers {
  readonly name: string;
  /** One for each seed. */
  readonly numbers: readonly number[];
}

/** For whom Hv is densest and sparsest, as far as the seeds tell, of series from the densest on. */
function extremesText(sorted: readonly Numbers[]): string {
  const [least, most] = [sorted[0], sorted.at(-1)!];
  if (!isApart(least, most)) {
    return sorted.every(({ numbers }) => numbers.length > 1)
      ? "the series do not differ by more than their spread over seeds"
      : `the series do not differ by a factor of ${CLEAR_FACTOR}, so that another seed may order them otherwise`;
  }
  const namesOf = (end: Numbers, other: Numbers) =>
    listText(sorted.filter((each) => !isApart(each, end) && isApart(each, other)).map(({ name }) => name));
  return `Hv is densest for ${namesOf(least, most)} and sparsest for ${namesOf(most, least)}`;
}

/** Whether two means differ by more than the spreads over seeds together; with one seed, by a clear factor. */
function isApart({ numbers: a }: Numbers, { numbers: b }: Numbers): boolean {
  const [low, high] = [mean(a), mean(b)].sort((x, y) => x - y);
  if (a.length < 2 || b.length < 2) return high > CLEAR_FACTOR * low;
  return high - low > deviation(a) + deviation(b);
}

/** A number for each seed of each series, by the series' means from the least on. */
function byMean<R>(series: readonly ComparedSeries<R>[], numberOf: (result: Result<R>) => number): Numbers[] {
  return series.map(({ name, results }) => ({ name, numbers: results.map(numberOf) }))
    .sort((a, b) => mean(a.numbers) - mean(b.numbers));
}
