import { diagonalPreconditioner, preconditionedOperator } from "../../lib/curvature/preconditioned.ts";
import { fillDirection } from "../../lib/curvature/direction.ts";
import { gaussNewtonDiagonal } from "../../lib/curvature/gauss_newton_diagonal.ts";
import { gradientNoise } from "../../lib/curvature/gradient_noise.ts";
import { curvatureOperator, type SymmetricOperator } from "../../lib/curvature/operator.ts";
import { probeOperator } from "../../lib/curvature/probes.ts";
import { productDensity } from "../../lib/curvature/product_density.ts";
import { spectralDensity } from "../../lib/curvature/spectral_density.ts";
import { createField } from "../../lib/field/field.ts";
import { createVector } from "../../lib/linalg/vector.ts";
import type { Ground } from "../training/advice/weigh.ts";
import { disjointBatches, wholeBatch } from "../training/whole_batches.ts";
import type { RunValues } from "../training/stored_values.ts";

/** What is measured of the field before its first step; what there was no time for is left out. */
export interface CurvatureNumbers {
  /** The share of entries of Hv that are below a hundredth of their root mean square. */
  smallEntries?: number;
  /** The batch size at which the gradient's noise is as large as the gradient; NaN where it could not be estimated. */
  noiseScale?: number;
  /** The largest |eigenvalue| of the Hessian over the root mean square of all. */
  spread?: number;
  /** The same under diagonal preconditioners. */
  equilibratedSpread?: number;
  jacobiSpread?: number;
  gaussNewtonSpread?: number;
}

/** Products from which diagonals are estimated, and steps of Lanczos' method. */
const PRODUCTS = 8;
const STEPS = 10;
/** Batches from which the noise is estimated, and the samples of each. */
const BATCHES = 8;
const SAMPLES = 64;

/**
 * Measures the numbers that explain an advice, on one batch of a new field; all of them cost as much as about two hundred gradients.
 *
 * @param seconds When this time is over, nothing more is begun.
 */
export async function curvatureNumbers(
  ground: Ground<RunValues>,
  values: RunValues,
  seconds: number,
): Promise<CurvatureNumbers> {
  const { gpu, task, signal, input: { objective, outputs, inputs } } = ground;
  const { seed, batchSize } = values;
  using made = new DisposableStack();
  const field = made.use(createField(gpu, task.field(values, outputs, inputs), { seed }));
  const draw = (samples: number, number: number) =>
    made.use(wholeBatch(gpu, ground.input.data, { samples, seed, number }));
  const batch = draw(batchSize, 0);
  const hessian = made.use(curvatureOperator(field, objective, batch, "hessian", { fixed: true }));
  const spreadUnder = async (diagonal: Float64Array) => {
    using preconditioner = diagonalPreconditioner(field, diagonal);
    using scaled = preconditionedOperator(hessian, preconditioner);
    return await spreadOf(scaled, seed, signal);
  };
  const numbers: CurvatureNumbers = {};
  const measurements = [
    async () => {
      using direction = createVector(gpu, field.layout, "direction");
      using product = createVector(gpu, field.layout, "product");
      fillDirection(direction, "rademacher", seed, 0);
      await hessian.apply(direction, product);
      numbers.smallEntries = productDensity(await product.read(), field.layout).all.belowHundredth;
    },
    async () => {
      const { data } = ground.input;
      const wanted = disjointBatches(data.count, { samples: SAMPLES, batches: BATCHES });
      if (wanted === undefined) return;
      const batches = Array.from({ length: wanted.batches }, (_, i) => draw(wanted.samples, i));
      numbers.noiseScale = (await gradientNoise(field, objective, batches, {
        population: data.population ?? data.count,
      })).noiseScale;
    },
    async () => {
      numbers.spread = await spreadOf(hessian, seed, signal);
      const { equilibrated, diagonal } = await probeOperator(hessian, { probes: PRODUCTS, seed, signal });
      numbers.equilibratedSpread = await spreadUnder(equilibrated);
      numbers.jacobiSpread = await spreadUnder(diagonal.map(Math.abs));
    },
    async () => {
      const diagonal = await gaussNewtonDiagonal(field, objective, batch, { samples: PRODUCTS, seed, signal });
      numbers.gaussNewtonSpread = await spreadUnder(diagonal);
    },
  ];
  const begin = performance.now();
  for (const measure of measurements) {
    signal.throwIfAborted();
    if (performance.now() - begin > 1000 * seconds) break;
    await measure();
  }
  return numbers;
}

/** The largest |eigenvalue| of an operator over the root mean square of all, from a few steps of Lanczos' method. */
async function spreadOf(operator: SymmetricOperator, seed: number, signal: AbortSignal): Promise<number> {
  const { extremes: [low, high], mean, variance } = await spectralDensity(operator, {
    probes: 1,
    steps: STEPS,
    seed,
    signal,
  });
  return Math.max(Math.abs(low), Math.abs(high)) / Math.sqrt(mean ** 2 + variance);
}
