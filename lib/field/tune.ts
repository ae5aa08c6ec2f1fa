import { TUNE_OPTIONS } from "../linalg/gemm/measurement.ts";
import { checkOptions } from "../hyperparameter/members.ts";
import type { Gpu } from "../gpu/device.ts";
import { isFusable } from "../linalg/gemm/epilogue.ts";
import type { GemmProduct } from "../linalg/gemm/family.ts";
import type { ChainLayer } from "../linalg/gemm/layer_chain.ts";
import type { Measurement, TuneOptions } from "../linalg/gemm/measurement.ts";
import { tuneProducts } from "../linalg/gemm/tune.ts";
import { tuneChain } from "../linalg/gemm/chain_choice.ts";
import { Layout } from "../linalg/layout.ts";
import type { Activation } from "./activation/activation.ts";
import { type FieldDescription, segmentsOf } from "./description.ts";
import { Network } from "./network.ts";
import { productShapes } from "./sizes.ts";

/** Rows of a network that only tells which chains its field has. */
const FEW_ROWS = 16;

/** What is to be computed, so that the fastest kernels can be found for it. */
export interface TuneRequest {
  /** The field. */
  readonly description: FieldDescription;
  /** Rows of a chunk of a batch. */
  readonly rows: number;
  /** Whether gradients will be computed as well. */
  readonly gradients: boolean;
}

/**
 * Finds the fastest kernels for a field's matrix products on this adapter by timing (see `tuneProducts`), and whether chains of layers are
 * faster in single dispatches. What is known already is not measured again.
 *
 * @returns What was measured.
 */
export async function tuneKernels(gpu: Gpu, request: TuneRequest, options: TuneOptions = {}): Promise<Measurement[]> {
  checkOptions("tuneKernels", options, TUNE_OPTIONS);
  const { description, rows } = request;
  const products = await tuneProducts(gpu, productsOf(request), options);
  const tune = (layers: readonly ChainLayer[], options: TuneOptions) => tuneChain(gpu, layers, rows, options);
  return [...products, ...await tuneChains(chainsOf(gpu, description), options, tune)];
}

/** The chains of a field's layers that single dispatches can compute. */
export function chainsOf(gpu: Gpu, description: FieldDescription): (readonly ChainLayer[])[] {
  using network = new Network({ gpu, description, layout: new Layout(segmentsOf(description)) }, FEW_ROWS, false);
  return network.chains.map(({ layers: { layers } }) => layers);
}

/**
 * Chooses how chains are computed, one after the other; for alike ones once.
 *
 * @param tune Chooses for one chain, except for subjects that are done; returns undefined if it measured nothing.
 * @returns What was measured.
 */
export async function tuneChains(
  chains: readonly (readonly ChainLayer[])[],
  options: TuneOptions,
  tune: (layers: readonly ChainLayer[], options: TuneOptions) => Promise<Measurement | undefined>,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  const done = new Set(options.except);
  for (const layers of chains) {
    const measured = await tune(layers, { ...options, except: done });
    if (measured === undefined) continue;
    measurements.push(measured);
    done.add(measured.subject);
  }
  return measurements;
}

/** The products that a field's passes are made of, with the activations that are applied where they are stored. */
export function productsOf({ description, rows, gradients }: TuneRequest): GemmProduct[] {
  const applied = (activation?: Activation) => activation !== undefined && isFusable(activation) ? { activation } : {};
  return productShapes(description, rows).flatMap(({ shape, propagates, activation, below }): GemmProduct[] => {
    const forward = { kind: "forward", shape, ...applied(activation) } as const;
    if (!gradients) return [forward];
    const weight = { kind: "weight", shape } as const;
    return propagates ? [forward, { kind: "adjoint", shape, ...applied(below) }, weight] : [forward, weight];
  });
}
