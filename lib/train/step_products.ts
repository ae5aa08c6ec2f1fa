import type { ProductRequest } from "../diff/request.ts";
import { type RandomKey, streams } from "../gpu/random.ts";
import type { Vector } from "../linalg/vector.ts";
import { countOf, type Observation, type ObservationRequest } from "../optim/observation.ts";

/** What the products of a step have in common. */
export interface ProductKey {
  /** The step, counted from 0. */
  readonly step: number;
  /** The seed of the run. */
  readonly seed: number;
  /** The name of the optimizer. */
  readonly optimizer: string;
  /** The vectors that the products use one after the other, where the optimizer observes any. */
  readonly direction?: Vector;
  readonly product?: Vector;
}

/**
 * The products that an optimizer requests for a step, which share their vectors.
 *
 * @throws {Error} If there are no vectors, because the optimizer has not said that it observes products.
 */
export function productsOf(
  requests: readonly ObservationRequest[],
  { step, seed, optimizer, direction, product: result }: ProductKey,
): ProductRequest[] {
  const hessianProbes = countOf(requests, "hessianProbe");
  const count = hessianProbes + countOf(requests, "gaussNewtonSample");
  if (count === 0) return [];
  if (direction === undefined || result === undefined) {
    throw new Error(`${optimizer}: requests products, but observes none.`);
  }
  return Array.from({ length: count }, (_, i): ProductRequest => {
    const key: RandomKey = { seed, stream: streams.probe + 256 * i, step };
    if (i >= hessianProbes) return { kind: "gaussNewtonSample", key, result };
    return { kind: "hessian", direction, result, prepare: () => direction.fillRademacher(key) };
  });
}

/** A product as optimizers observe it. */
export function observationOf(product: ProductRequest): Observation {
  return product.kind === "gaussNewtonSample"
    ? { gaussNewtonSample: product.result }
    : { probe: product.direction, hvp: product.result };
}
