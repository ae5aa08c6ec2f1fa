import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Vector } from "../linalg/vector.ts";
import type { CurvatureKind } from "../objective/objective.ts";
import type { BatchPart, Chunk } from "./chunks.ts";
import type { GaussNewtonSample } from "./gauss_newton_sample.ts";
import type { KroneckerFactors } from "./kronecker_factors.ts";

/** A request to write one chunk of a batch to the device. */
export interface ChunkRequest extends Chunk {
  /** Where to write each named input: [padded rows, stride]. */
  readonly inputs: ReadonlyMap<string, MatrixPlace>;
  /** Where to write each named target: [padded samples, stride]. */
  readonly targets: ReadonlyMap<string, MatrixPlace>;
  /**
   * Records evaluating one of the field's outputs at the first `rows` rows of the inputs as they were written so far. It is for data
   * that depends on the field, which must then write its final inputs. The result, [padded rows, stride], is valid until the next
   * evaluation.
   */
  readonly evaluate?: (rows: number, output: string) => MatrixPlace;
}

/** A matrix on the device. */
export interface MatrixPlace {
  /** The buffer, which contains the matrix in row-major order. */
  readonly buffer: DeviceBuffer;
  /** Columns without padding. */
  readonly width: number;
  /** Columns on the device, padding included. */
  readonly stride: number;
}

/** A second-order product, or a sample of the Gauss-Newton matrix. */
export type ProductRequest = DirectionalRequest | SampleRequest;

/** A request for a product Hv or Gv. */
export interface DirectionalRequest {
  readonly kind: CurvatureKind;
  /** The direction v. */
  readonly direction: Vector;
  /** Where Hv or Gv is written. */
  readonly result: Vector;
  /** Records filling `direction`. It is called before the direction is first read. */
  readonly prepare?: () => void;
}

/** A request for a sample JᵀS^½w of the Gauss-Newton matrix. */
interface SampleRequest extends GaussNewtonSample {
  readonly kind: "gaussNewtonSample";
}

/**
 * What is computed over one batch. `onProduct` is called while the work is recorded. It can record further work that uses a product, before
 * a later one overwrites the product's vector.
 */
export interface DifferentiationRequest {
  /** Number of samples in the batch, by which loss, gradient, products and Kronecker factors are normalised. */
  readonly samples: number;
  /**
   * The samples that are processed; all of the batch by default. The results are then what these samples contribute: the sums over the
   * parts of a batch are the results of the whole one. Random numbers are keyed by a sample's place in the batch, so parts draw the same.
   */
  readonly part?: BatchPart;
  /** Provides a chunk's inputs and targets on the device, either by recording kernels or by writing from the host. */
  readonly fill: (chunk: ChunkRequest) => void;
  /** Where the gradient is written. */
  readonly gradient: Vector;
  /**
   * The products that are computed in addition to the gradient, in this order. Several may use the same vectors, one after the
   * other. If the batch fits in one chunk, all share one forward pass.
   */
  readonly products?: readonly ProductRequest[];
  /** If given, the Kronecker factors are computed, too. They must have been created for the same chunk size. */
  readonly kronecker?: KroneckerFactors;
  /** The entry of the workspace's `losses` to which the loss is written; 0 by default. */
  readonly slot?: number;
  /** The number of the training step, which is written to the flag if a result is not finite; 0 by default. */
  readonly step?: number;
  /** Called for each product, in order, when it is complete. */
  readonly onProduct?: (product: ProductRequest) => void;
}
