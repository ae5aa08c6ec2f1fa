import { createField } from "../../lib/field/field.ts";
import { equilibratedDiagonal, jacobiDiagonal } from "../../lib/curvature/diagonals.ts";
import { symmetricEigenvalues } from "../../lib/curvature/eigenvalues.ts";
import { type GradientNoise, gradientNoise } from "../../lib/curvature/gradient_noise.ts";
import { gaussNewtonMatrix, hessianMatrix } from "../../lib/curvature/matrix.ts";
import { curvatureOperator, type DeviceBatch } from "../../lib/curvature/operator.ts";
import { diagonalPreconditioner, preconditionedOperator } from "../../lib/curvature/preconditioned.ts";
import { probeOperator } from "../../lib/curvature/probes.ts";
import {
  type LogHistogram,
  logHistogram,
  type ProductDensities,
  productDensity,
} from "../../lib/curvature/product_density.ts";
import { type SpectralDensity, spectralDensity } from "../../lib/curvature/spectral_density.ts";
import { preconditionedEigenvalues, type SpectrumFigures, spectrumFigures } from "../../lib/curvature/spectrum.ts";
import { streams } from "../../lib/gpu/random.ts";
import { createVector } from "../../lib/linalg/vector.ts";
import { BatchSource, type Moment } from "./moment.ts";

/** How much is measured. */
interface Extent {
  readonly batchSizes: readonly number[];
  /** Samples of the batch on which everything but the density over batch sizes is measured. */
  readonly samples: number;
  /** The seed whose spectra are measured. */
  readonly firstSeed: number;
  readonly signal: AbortSignal;
  /** Shows what is being measured. */
  readonly say: (what: string) => void;
}

/** The preconditioners that are compared. */
export type PreconditionerName = "none" | "equilibrated" | "Jacobi" | "Gauss-Newton";

/** The small field's explicit curvature. */
interface SmallField {
  readonly parameters: number;
  readonly conditioning: Readonly<Record<PreconditionerName, SpectrumFigures>>;
  /** ‖H − G‖/‖H‖. */
  readonly residualShare: number;
  /** The share of entries of H that are exactly 0. */
  readonly zeroEntries: number;
  /** Errors of estimates of D^E and D^J from so many probes, relative to the exact ones. */
  readonly estimates: readonly { readonly probes: number; readonly equilibrated: number; readonly jacobi: number }[];
}

/** Spectral densities of the Hessian on one batch. */
export interface Spectra {
  /** Without a preconditioner. */
  readonly none: SpectralDensity;
  /** Under the equilibrated preconditioner, estimated from 32 products. */
  readonly equilibrated: SpectralDensity;
}

/** Everything that is measured at one moment. */
export interface Measurement extends Pick<Moment, "series" | "seed" | "step"> {
  readonly parameters: number;
  readonly densities: readonly { readonly batchSize: number; readonly density: ProductDensities }[];
  readonly histogram: LogHistogram;
  /** Measured for the first seed only, because it takes most of the time. */
  readonly spectra?: Spectra;
  readonly noise: GradientNoise;
  readonly small?: SmallField;
}

/** Batches, and samples of each, from which the noise of gradients is estimated. */
const NOISE = { batches: 32, samples: 64 };

/** Measures a moment. */
export async function measure(moment: Moment, extent: Extent): Promise<Measurement> {
  const { series, seed, step, field, input: { objective } } = moment;
  const { samples, say } = extent;
  using source = new BatchSource(moment);
  say("density of products");
  const densities = await densitiesOf(moment, source, extent);
  const batch = source.draw(samples);
  const histogram = logHistogram(await oneProduct(moment, batch), 50);
  const spectra = seed === extent.firstSeed || step > 0 ? await spectraOf(moment, batch, extent) : undefined;
  say("noise of gradients");
  const batches = Array.from({ length: NOISE.batches }, (_, i) => source.draw(NOISE.samples, i));
  const noise = await gradientNoise(field, objective, batches);
  const small = moment.small === undefined ? undefined : await smallFieldOf(moment, source, extent);
  return {
    series,
    seed,
    step,
    parameters: field.parameterCount,
    densities,
    histogram,
    spectra,
    noise,
    small,
  };
}

async function spectraOf(
  { field, input: { objective }, seed }: Moment,
  batch: DeviceBatch,
  { signal, say }: Extent,
): Promise<Spectra> {
  using hessian = curvatureOperator(field, objective, batch);
  const options = { probes: 2, steps: 24, blur: 0.02, seed, signal };
  say("spectral density");
  const none = await spectralDensity(hessian, options);
  say("spectral density under the equilibrated preconditioner");
  const { equilibrated } = await probeOperator(hessian, { probes: 32, seed: seed + 1, signal });
  using preconditioner = diagonalPreconditioner(field, equilibrated);
  using scaled = preconditionedOperator(hessian, preconditioner);
  return { none, equilibrated: await spectralDensity(scaled, options) };
}

async function densitiesOf(
  moment: Moment,
  source: BatchSource,
  { batchSizes, signal }: Extent,
): Promise<Measurement["densities"]> {
  const densities = [];
  for (const batchSize of batchSizes.filter((size) => size <= moment.input.data.count)) {
    signal.throwIfAborted();
    const product = await oneProduct(moment, source.draw(batchSize));
    densities.push({ batchSize, density: productDensity(product, moment.field.layout) });
  }
  return densities;
}

/** Hv for one direction of random signs, in flat order. */
async function oneProduct(
  { field, input: { objective }, seed }: Moment,
  batch: DeviceBatch,
): Promise<Float32Array> {
  using operator = curvatureOperator(field, objective, batch);
  using direction = createVector(field.gpu, field.layout, "direction");
  using product = createVector(field.gpu, field.layout, "product");
  direction.fillRademacher({ seed, stream: streams.probe, step: 0 });
  await operator.apply(direction, product);
  return await product.read();
}

async function smallFieldOf(
  moment: Moment,
  source: BatchSource,
  { samples, signal, say }: Extent,
): Promise<SmallField> {
  const { field: { gpu }, input: { objective }, seed, small } = moment;
  using field = createField(gpu, small!, { seed });
  const size = field.parameterCount;
  const batch = source.draw(samples);
  say(`explicit Hessian of ${size} parameters`);
  const hessian = await hessianMatrix(field, objective, batch);
  const gaussNewton = await gaussNewtonMatrix(field, objective, batch);
  const exact = { equilibrated: equilibratedDiagonal(hessian, size), jacobi: jacobiDiagonal(hessian, size) };
  const figures = async (eigenvalues: () => Float64Array) => {
    // The decomposition blocks the process for seconds, so that signals are handled in between.
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    return spectrumFigures(eigenvalues());
  };
  const under = (diagonal: Float64Array) => figures(() => preconditionedEigenvalues(hessian, diagonal));
  const conditioning = {
    none: await figures(() => symmetricEigenvalues(hessian, size)),
    equilibrated: await under(exact.equilibrated),
    Jacobi: await under(exact.jacobi),
    "Gauss-Newton": await under(jacobiDiagonal(gaussNewton, size)),
  };
  say("errors of estimates");
  using operator = curvatureOperator(field, objective, batch);
  const estimates = [];
  for (const probes of [2, 8, 32, 128]) {
    const { equilibrated, diagonal } = await probeOperator(operator, { probes, seed, signal });
    estimates.push({
      probes,
      equilibrated: relativeError(equilibrated, exact.equilibrated),
      jacobi: relativeError(diagonal.map(Math.abs), exact.jacobi),
    });
  }
  return {
    parameters: size,
    conditioning,
    residualShare: relativeError(gaussNewton, hessian),
    zeroEntries: hessian.filter((entry) => entry === 0).length / hessian.length,
    estimates,
  };
}

/** ‖estimate − exact‖/‖exact‖. */
function relativeError(estimate: Float64Array, exact: Float64Array): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < exact.length; i++) {
    difference += (estimate[i] - exact[i]) ** 2;
    size += exact[i] ** 2;
  }
  return Math.sqrt(difference / size);
}
