import { mean } from "../shell/statistics.ts";
import { listText } from "./comparisons/compared_series.ts";
import type { Measurement, Result } from "./measurement.ts";
import { agreementsWith, comparedIn } from "./measurements/compared_diagonals.ts";
import { conditioning } from "./measurements/conditioning.ts";
import { batchesOf } from "./measurements/densities.ts";
import { density } from "./measurements/density.ts";
import { gaussNewton } from "./measurements/gauss_newton.ts";
import { ownDiagonal } from "./measurements/own_diagonal.ts";
import { isRounding } from "./measurements/ratio_bound.ts";
import { measuredIn, runConditioning, spectraUnder } from "./measurements/run_conditioning.ts";
import { type Part, resultsOf } from "./part.ts";
import { lastSteps } from "./series.ts";

/** What is said of a series, with the number that decides it. */
interface Verdict {
  readonly name: string;
  readonly verdict: string;
  readonly number: string;
}

/** Plain answers to up to five questions, each by a rule that stands at its function. Series count with their last steps. */
export function answers(parts: readonly Part[]): string[] {
  return [isDense, bestDiagonal, isOwnAsGood, isGaussNewton, isAdamGaussNewton].flatMap((answer) =>
    answer(parts) ?? []
  );
}

/** Dense: fewer than a tenth of the entries are below 1/100 of the rms at the largest common batch size; not dense: more than half. */
function isDense(parts: readonly Part[]): string | undefined {
  const verdicts = ofLast(density, parts, (results) => {
    const [size] = batchesOf(results);
    if (size === undefined) return undefined;
    const share = mean(results.map(({ result }) => {
      return result.find(({ batchSize }) => batchSize === size)!.all.belowHundredth;
    }));
    return { verdict: share < 0.1 ? "yes" : share < 0.5 ? "less so" : "no", number: percentText(share) };
  });
  return sentence("Is Hv dense?", verdicts, "of its entries below 1/100 of the rms");
}

/** The diagonal with the least geometric mean of the largest |eigenvalue| over the median one; none where nothing is less. */
function bestDiagonal(parts: readonly Part[]): string | undefined {
  const all = conditionings(parts).filter(({ ratios }) => DIAGONALS.every((name) => !isRounding(ratios[name])));
  if (all.length === 0) return undefined;
  const best = Map.groupBy(all, ({ ratios }) => leastOf(ratios, ["none", ...DIAGONALS]));
  const texts = [...best].map(([name, series]) =>
    `${NAMES[name]} for ${
      best.size === 1 && all.length > 2 ? `all ${all.length} fields` : listText(series.map((each) => each.name))
    }`
  );
  return `Which diagonal conditions best? ${upperFirst(texts.join("; "))} (largest |eigenvalue| over the median one).`;
}

/** As well: what the optimizer divides by is at most a quarter worse than the best exact diagonal. */
function isOwnAsGood(parts: readonly Part[]): string | undefined {
  const verdicts = conditionings(parts).flatMap(({ name, ratios }) => {
    const factor = ratios.own / ratios[leastOf(ratios, DIAGONALS)];
    if (!(factor > 0) || isRounding(ratios.own)) return [];
    return { name, verdict: factor <= 1.25 ? "yes" : "no", number: short(factor) };
  });
  return sentence(
    "Does what the optimizer divides by condition as well as the best exact diagonal?",
    verdicts,
    "times its largest over median |eigenvalue|",
  );
}

/** Nearly: H − G has less than a fifth of H's norm; roughly: less than a half. */
function isGaussNewton(parts: readonly Part[]): string | undefined {
  const verdicts = ofLast(gaussNewton, parts, (results) => {
    const share = mean(results.flatMap(({ result }) => result.residualShare ?? []));
    if (!Number.isFinite(share)) return undefined;
    return { verdict: share < 0.2 ? "nearly" : share < 0.5 ? "roughly" : "no", number: short(share) };
  });
  return sentence("Is the Hessian its Gauss-Newton matrix?", verdicts, "of H's norm left out");
}

/** Closely: correlation of the logarithms of at least 0.9 and a spread of at most a factor of 1.5; roughly: of at least 0.7. */
function isAdamGaussNewton(parts: readonly Part[]): string | undefined {
  const verdicts = lastSteps(comparedIn(resultsOf(ownDiagonal, parts))).flatMap(({ name, results }) => {
    if (!/^adamw?$/.test(results[0].result.optimizer)) return [];
    const { correlation, logSpread } = agreementsWith(results, "√diag G");
    const [alike, factor] = [mean(correlation), 10 ** mean(logSpread)];
    const verdict = alike >= 0.9 && factor <= 1.5 ? "closely" : alike >= 0.7 ? "roughly" : "not";
    return { name, verdict, number: `correlation ${alike.toFixed(2)}, spread a factor of ${factor.toFixed(1)}` };
  });
  return sentence("Is Adam a Gauss-Newton diagonal, √ŝ ∝ √diag G?", verdicts);
}

/** The verdict on each series at its last step. */
function ofLast<R>(
  measurement: Measurement<R>,
  parts: readonly Part[],
  verdictOf: (results: readonly Result<R>[]) => Omit<Verdict, "name"> | undefined,
): Verdict[] {
  return lastSteps(resultsOf(measurement, parts)).flatMap(({ name, results }) => {
    const verdict = verdictOf(results);
    return verdict === undefined ? [] : { name, ...verdict };
  });
}

/** "Is it? Yes for a and b (1, 2); no for c (3) (what the numbers are)." */
function sentence(question: string, verdicts: readonly Verdict[], what?: string): string | undefined {
  if (verdicts.length === 0) return undefined;
  const texts = [...Map.groupBy(verdicts, ({ verdict }) => verdict)].map(([verdict, series], i) => {
    const numbers = series.map(({ number }) => number).join(what === undefined ? "; " : ", ");
    return `${verdict} for ${listText(series.map(({ name }) => name))} (${numbers}${
      i === 0 && what !== undefined ? ` ${what}` : ""
    })`;
  });
  return `${question} ${upperFirst(texts.join("; "))}.`;
}

const DIAGONALS = ["equilibrated", "Jacobi", "Gauss-Newton"] as const;
type Name = "none" | "own" | typeof DIAGONALS[number];
const NAMES: Readonly<Record<Name, string>> = {
  none: "none",
  equilibrated: "the equilibrated one",
  Jacobi: "Jacobi's",
  "Gauss-Newton": "the Gauss-Newton one",
  own: "the optimizer's",
};

/** The geometric means of the largest |eigenvalue| over the median one of each series, at initialisation or at its last step. */
function conditionings(parts: readonly Part[]): { name: string; ratios: Record<Name, number> }[] {
  const names = ["none", "own", ...DIAGONALS] as const;
  const along = lastSteps(measuredIn(resultsOf(runConditioning, parts))).map(({ name, results }) => ({
    name,
    ratios: recordOf(names, (each) => geometricMean(spectraUnder(results, each).map(({ ratio }) => ratio["0.5"]))),
  }));
  const initial = lastSteps(resultsOf(conditioning, parts)).map(({ name, results }) => ({
    name,
    ratios: recordOf(
      names,
      (each) => each === "own" ? NaN : geometricMean(results.map(({ result }) => result[each].ratio["0.5"])),
    ),
  }));
  return [...initial, ...along];
}

function recordOf(names: readonly Name[], of: (name: Name) => number): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, number>;
}

function leastOf<N extends Name>(ratios: Record<Name, number>, names: readonly N[]): N {
  return names.reduce((best, name) => ratios[name] < ratios[best] || Number.isNaN(ratios[best]) ? name : best);
}

function geometricMean(numbers: readonly number[]): number {
  return Math.exp(mean(numbers.map(Math.log)));
}

function percentText(share: number): string {
  return `${short(100 * share)} %`;
}

function short(number: number): string {
  return `${Number(number.toPrecision(2))}`;
}

function upperFirst(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}
