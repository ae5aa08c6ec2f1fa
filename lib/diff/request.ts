import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Vector } from "../linalg/vector.ts";
import type { CurvatureKind } from "../objective/objective.ts";
import type { Chunk } from "./chunks.ts";
import type { GaussNewtonSample } from "./gauss_newton_sample.ts";
import type { KroneckerFactors } from "./kronecker_factors.ts";

/** One chunk of a batch to be put in place. */
export interface ChunkRequest extends Chunk {
  /** Where each named input goes: [padded rows, stride]. */
  readonly inputs: ReadonlyMap<string, MatrixPlace>;
  /** Where each named target goes: [padded samples, stride]. */
  readonly targets: ReadonlyMap<string, MatrixPlace>;
  /**
   * Records evaluating one of the field's outputs at the first rows of the inputs as they are, for data that depends on the field:
   * it is then to fill the inputs anew. The result, [padded rows, stride], is there until the next evaluation.
   */
  readonly evaluate?: (rows: number, output: string) => MatrixPlace;
}

/** A matrix on the device. */
export interface MatrixPlace {
  /** Row-major. */
  readonly buffer: DeviceBuffer;
  /** Columns that exist. */
  readonly width: number;
  /** Columns on the device. */
  readonly stride: number;
}

/** A second-order product, or a sample of the Gauss-Newton matrix. */
export type ProductRequest = DirectionalRequest | SampleRequest;

/** Hv or Gv. */
export interface DirectionalRequest {
  readonly kind: CurvatureKind;
  /** v. */
  readonly direction: Vector;
  /** Where Hv or Gv goes. */
  readonly result: Vector;
  /** Records what fills `direction`. */
  readonly prepare?: () => void;
}

/** JᵀS^½w. */
interface SampleRequest extends GaussNewtonSample {
  readonly kind: "gaussNewtonSample";
}

/**
 * What is computed over one batch. The callbacks are called while the work is being recorded, so that they may record what uses
 * a result before a later product overwrites the vector that it is in.
 */
export interface DifferentiationRequest {
  /** Samples of the batch. */
  readonly samples: number;
  /** Puts a chunk in place: records kernels, or writes from the host. */
  readonly fill: (chunk: ChunkRequest) => void;
  /** Where the gradient goes. */
  readonly gradient: Vector;
  /**
   * What is computed beside the gradient, in this order. Several may use the same vectors, one after the other. Those of a batch that
   * fits one chunk share one forward pass.
   */
  readonly products?: readonly ProductRequest[];
  /** With it, the Kronecker factors as well; for the same chunk size. */
  readonly kronecker?: KroneckerFactors;
  /** Entry of `losses` that the loss goes to. */
  readonly slot?: number;
  /** Reported by the flag when something is not finite. */
  readonly step?: number;
  /**
   * Called once, when loss, gradient and Kronecker factors are complete: before the first product, or, where a batch of several chunks is
   * gone through once for each product, before the last one.
   */
  readonly onGradient?: () => void;
  /** Called for each product when it is complete, in order. */
  readonly onProduct?: (product: ProductRequest) => void;
}
