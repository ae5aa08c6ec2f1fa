import type { BufferLike, DeviceBuffer } from "../../gpu/buffer.ts";
import type { Activate, Derive } from "./epilogue.ts";
import type { MatmulShape, PartialPlace } from "./shape.ts";

/** Z = Σ X Wᵀ + b over one or two terms. */
export interface ForwardProduct {
  /** X: [rows, inputs], W: [outputs, inputs]. */
  readonly terms: readonly { readonly x: BufferLike; readonly w: BufferLike }[];
  /** b: [outputs]. */
  readonly bias: BufferLike;
  /** Z: [rows, outputs]. */
  readonly z: BufferLike;
  /** Sizes. */
  readonly shape: MatmulShape;
  /** As large as Z; lets kernels that need several passes be used. */
  readonly scratch?: BufferLike;
  /** Also stores A = a(Z); only for activations that `isFusable` accepts. */
  readonly activate?: Activate;
}

/** X̄ = Σ Z̄ W over one or two terms. */
export interface AdjointProduct {
  /** Z̄: [rows, outputs], W: [outputs, inputs]. */
  readonly terms: readonly { readonly z: BufferLike; readonly w: BufferLike }[];
  /** X̄: [rows, inputs]. */
  readonly x: BufferLike;
  /** Sizes. */
  readonly shape: MatmulShape;
  /** Lends a matrix to kernels that need several passes. */
  readonly pool: MatrixPool;
  /** Stores X̄ ⊙ a′(Z) instead; only for activations that `isFusable` accepts. */
  readonly derive?: Derive;
}

/** W̄ = Σ Z̄ᵀ X over one or two terms, and b̄ = Σₙ Z̄ of the first term's Z̄, in parts of the batch (see `WeightSums`). */
export interface WeightProduct {
  /** The terms. */
  readonly terms: readonly WeightTerm[];
  /** Where the parts lie. */
  readonly partials: BufferLike;
  /** Sizes. */
  readonly shape: MatmulShape;
  /** Where in `partials` the results go. */
  readonly place: PartialPlace;
}

/** One term of a weight product. */
export interface WeightTerm {
  /** Z̄: [rows, outputs]. */
  readonly z: BufferLike;
  /** X: [rows, inputs]. */
  readonly x: BufferLike;
}

/** Lends matrices that are as high as a batch. */
interface MatrixPool {
  /** A matrix of so many columns that nobody else uses; its contents are undefined. */
  take(columns: number): DeviceBuffer;
  /** Takes a matrix back. */
  give(matrix: DeviceBuffer): void;
}
