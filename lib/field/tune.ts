import type { Gpu } from "../gpu/device.ts";
import type { GemmProduct, LayerProductKind } from "../linalg/gemm/family.ts";
import type { Measurement, TuneOptions } from "../linalg/gemm/measurement.ts";
import { tuneProducts } from "../linalg/gemm/tune.ts";
import type { FieldDescription } from "./description.ts";
import { productShapes } from "./sizes.ts";

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
 * Finds the fastest kernels for a field's matrix products on this adapter by timing (see `tuneProducts`). What is known already is not
 * measured again.
 *
 * @returns What was measured.
 */
export function tuneKernels(gpu: Gpu, request: TuneRequest, options: TuneOptions = {}): Promise<Measurement[]> {
  return tuneProducts(gpu, productsOf(request), options);
}

/** The products that a field's passes are made of. */
function productsOf({ description, rows, gradients }: TuneRequest): GemmProduct[] {
  return productShapes(description, rows).flatMap(({ shape, propagates }) => {
    const backward: LayerProductKind[] = propagates ? ["adjoint", "weight"] : ["weight"];
    const kinds: LayerProductKind[] = gradients ? ["forward", ...backward] : ["forward"];
    return kinds.map((kind) => ({ kind, shape }));
  });
}
