import { checkOptions } from "../hyperparameter/members.ts";
import { checkWhole } from "./check_entries.ts";
import type { DirectionKind } from "./direction.ts";
import { estimateOf } from "./estimate.ts";
import { lanczos } from "./lanczos.ts";
import type { SymmetricOperator } from "./operator.ts";

/** Options of {@linkcode spectralDensity}. */
export interface SpectralDensityOptions {
  /** The number of random start vectors (default: 8). */
  readonly probes?: number;
  /** The number of products for each (default: 64). */
  readonly steps?: number;
  /** Determines the start vectors (default: 0). */
  readonly seed?: number;
  /** How the entries of the start vectors are distributed (default: `"rademacher"`). */
  readonly directions?: DirectionKind;
  /** The number of points at which the density is given (default: 400). */
  readonly points?: number;
  /** The standard deviation of the Gaussian that replaces each node, as a share of the spectrum's width (default: 0.01). */
  readonly blur?: number;
  /** Ends the computation early. */
  readonly signal?: AbortSignal;
}

/** An estimate of how an operator's eigenvalues are distributed. */
export interface SpectralDensity {
  /** [points] places at equal distances, which include the whole spectrum. */
  readonly places: Float64Array;
  /** [points] the density there, a mean over the probes. Its integral is 1. */
  readonly density: Float64Array;
  /** [points] the standard error of the density: the standard deviation over the probes by the root of their number. */
  readonly error: Float64Array;
  /** The mean of the eigenvalues, by quadrature. */
  readonly mean: number;
  /** The variance of the eigenvalues, by quadrature. */
  readonly variance: number;
  /** The smallest and the largest Ritz value of all probes. */
  readonly extremes: readonly [number, number];
}

/**
 * The density of an operator's spectrum by stochastic Lanczos quadrature (Ubaru, Chen & Saad 2017; Ghorbani, Krishnan & Xiao 2019): each
 * random probe gives a Gauss quadrature of the density, whose nodes are broadened to Gaussians, and the mean over the probes is taken.
 *
 * @throws If probes or steps are not whole numbers from 1, points not one from 2, or the blur is not above 0 and finite.
 */
export async function spectralDensity(
  operator: SymmetricOperator,
  options: SpectralDensityOptions = {},
): Promise<SpectralDensity> {
  checkOptions("spectralDensity", options, {
    probes: true,
    steps: true,
    seed: true,
    directions: true,
    points: true,
    blur: true,
    signal: true,
  });
  const { probes = 8, steps = 64, seed = 0, directions, points = 400, blur = 0.01, signal } = options;
  checkWhole("spectralDensity", "probes", probes, 1);
  checkWhole("spectralDensity", "points", points, 2);
  if (!(blur > 0 && blur < Infinity)) {
    throw new Error(`spectralDensity: blur: expected a finite number above 0, found ${blur}.`);
  }
  const rules: { values: Float64Array; weights: Float64Array }[] = [];
  for (let probe = 0; probe < probes; probe++) {
    rules.push(await lanczos(operator, { steps, seed, probe, directions, signal }));
  }
  const low = Math.min(...rules.map(({ values }) => values[0]));
  const high = Math.max(...rules.map(({ values }) => values[values.length - 1]));
  const width = blur * (high - low || 1);
  const first = low - 5 * width;
  const step = (high - low + 10 * width) / (points - 1);
  const places = Float64Array.from({ length: points }, (_, i) => first + i * step);
  const curves = rules.map((rule) => places.map((place) => blurred(rule, place, width)));
  const estimates = Array.from(places, (_, i) => estimateOf(curves.map((curve) => curve[i])));
  const density = Float64Array.from(estimates, ({ value }) => value);
  const error = Float64Array.from(estimates, ({ error }) => error);
  const { value: mean } = estimateOf(rules.map((rule) => moment(rule, (value) => value)));
  const { value: variance } = estimateOf(rules.map((rule) => moment(rule, (value) => (value - mean) ** 2)));
  return { places, density, error, mean, variance, extremes: [low, high] };
}

interface Rule {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

function moment({ values, weights }: Rule, f: (value: number) => number): number {
  return weights.reduce((sum, weight, i) => sum + weight * f(values[i]), 0);
}

function blurred(rule: Rule, place: number, width: number): number {
  return moment(rule, (value) => Math.exp(-0.5 * ((place - value) / width) ** 2)) / (width * Math.sqrt(2 * Math.PI));
}
