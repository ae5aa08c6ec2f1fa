import { checkOptions } from "../hyperparameter/members.ts";
import { streams } from "../gpu/random.ts";
import { differentiate } from "../diff/passes.ts";
import type { ProductRequest } from "../diff/request.ts";
import { Workspace } from "../diff/workspace.ts";
import type { Field } from "../field/field.ts";
import { createVector, readVectors } from "../linalg/vector.ts";
import type { Objective } from "../objective/objective.ts";
import { type CurvatureBatch, deviceBatch } from "./operator.ts";

/** Samples that are read together, because a read-back takes about as long on an idle device as many samples. */
const BLOCK = 16;

/** Options of {@linkcode gaussNewtonDiagonal}. */
export interface GaussNewtonDiagonalOptions {
  /** The number of samples, at least 1 (default: 32). Each costs about as much as a gradient. */
  readonly samples?: number;
  /** Determines the random signs (default: 0). */
  readonly seed?: number;
  /** Ends the computation early. */
  readonly signal?: AbortSignal;
}

/**
 * Estimates the diagonal of the Gauss-Newton matrix G = JᵀSJ on a batch as the mean of (JᵀS^½w)² for random signs w. Unlike the mean of
 * v ⊙ Gv, every sample is at least 0. The relative error of an entry is at most √(2/samples).
 *
 * @returns [P] In the flat order of the field's P parameters; sums are in f64 on the host.
 * @throws If samples are not a whole number from 1, or the batch does not fit.
 */
export async function gaussNewtonDiagonal(
  field: Field,
  objective: Objective,
  batch: CurvatureBatch,
  options: GaussNewtonDiagonalOptions = {},
): Promise<Float64Array> {
  checkOptions("gaussNewtonDiagonal", options, { samples: true, seed: true, signal: true });
  const { samples = 32, seed = 0, signal } = options;
  if (!Number.isSafeInteger(samples) || samples < 1) {
    throw new Error(`gaussNewtonDiagonal: samples: expected a whole number of at least 1, found ${samples}.`);
  }
  const { gpu, layout, parameterCount } = field;
  const on = deviceBatch(field, objective, batch);
  using made = new DisposableStack();
  const workspace = made.use(new Workspace(field, objective, { samples: on.samples, products: true }));
  const gradient = made.use(createVector(gpu, layout, "gradient"));
  const results = Array.from({ length: Math.min(BLOCK, samples) }, () => made.use(createVector(gpu, layout, "sample")));
  const sums = new Float64Array(parameterCount);
  for (let first = 0; first < samples; first += BLOCK) {
    signal?.throwIfAborted();
    const block = results.slice(0, samples - first);
    const products = block.map((result, i): ProductRequest => {
      return { kind: "gaussNewtonSample", key: { seed, stream: streams.probe, step: first + i }, result };
    });
    differentiate(workspace, { ...on, gradient, products });
    for (const sample of await readVectors(block)) {
      for (let i = 0; i < sums.length; i++) sums[i] += sample[i] ** 2;
    }
  }
  return sums.map((sum) => sum / samples);
}
