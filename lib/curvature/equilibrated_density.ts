import { checkOptions } from "../hyperparameter/members.ts";
import { createVector } from "../linalg/vector.ts";
import { type DirectionKind, fillDirection } from "./direction.ts";
import type { SymmetricOperator } from "./operator.ts";
import { type ProductDensities, productDensity } from "./product_density.ts";

/** Options of {@linkcode equilibratedDensity}. */
export interface EquilibratedDensityOptions {
  /** The largest number of probes, at least 1 (default: 64). */
  readonly probes?: number;
  /** Determines the probes (default: 0). */
  readonly seed?: number;
  /** How the entries of the probes are distributed (default: `"rademacher"`). */
  readonly directions?: DirectionKind;
  /** Ends the computation early. */
  readonly signal?: AbortSignal;
}

/**
 * How dense D^E = √(mean of (Av)²) is for 1, 2, 4, … probes v: an entry is 0 only where that of every product is. The probes of each number
 * include those of the smaller ones, so that the share of zeros never grows.
 *
 * @returns For each power of two up to `probes`, and `probes` itself, the density of D^E.
 * @throws If probes are not a whole number from 1.
 */
export async function equilibratedDensity(
  operator: SymmetricOperator,
  options: EquilibratedDensityOptions = {},
): Promise<{ readonly probes: number; readonly density: ProductDensities }[]> {
  checkOptions("equilibratedDensity", options, { probes: true, seed: true, directions: true, signal: true });
  const { probes = 64, seed = 0, directions = "rademacher", signal } = options;
  if (!Number.isSafeInteger(probes) || probes < 1) {
    throw new Error(`equilibratedDensity: probes: expected a whole number of at least 1, found ${probes}.`);
  }
  const { gpu, layout } = operator;
  using direction = createVector(gpu, layout, "probe");
  using product = createVector(gpu, layout, "product with a probe");
  const squares = new Float64Array(layout.parameterCount);
  const densities = [];
  for (let count = 1; count <= probes; count++) {
    signal?.throwIfAborted();
    fillDirection(direction, directions, seed, count - 1);
    await operator.apply(direction, product);
    const entries = await product.read();
    for (let i = 0; i < squares.length; i++) squares[i] += entries[i] ** 2;
    if (Math.log2(count) % 1 !== 0 && count !== probes) continue;
    const equilibrated = squares.map((sum) => Math.sqrt(sum / count));
    densities.push({ probes: count, density: productDensity(equilibrated, layout) });
  }
  return densities;
}
