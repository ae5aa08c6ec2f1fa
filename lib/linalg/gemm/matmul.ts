import type { BufferLike } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Activate, Derive } from "./epilogue.ts";
import { familyOf, isStraight, isTile, type ProductFamily, registerFamily } from "./family.ts";
import { registerAdjoint, registerForward, registerWeight } from "./register.ts";
import type { MatmulShape, PartialPlace } from "./shape.ts";
import { straightAdjoint, straightForward, straightPasses, straightWeight } from "./straight.ts";
import { tileAdjoint, tileForward, tileWeight } from "./tile.ts";

/**
 * Records Z = Σ X Wᵀ + b over one or two terms.
 *
 * @param scratch As large as Z, for families that need several passes.
 * @param activate Also store A = a(Z); only for activations that are fusable.
 */
export function matmulForward(
  gpu: Gpu,
  terms: readonly { x: BufferLike; w: BufferLike }[],
  bias: BufferLike,
  z: BufferLike,
  shape: MatmulShape,
  scratch?: BufferLike,
  activate?: Activate,
  family: ProductFamily = familyOf(gpu, "forward", shape),
): void {
  if (isTile(family)) tileForward(gpu, family, terms, bias, z, shape, activate);
  else if (isStraight(family) && (scratch !== undefined || straightPasses(shape.inputs, terms.length) === 1)) {
    straightForward(gpu, family, terms, bias, z, shape, scratch, activate);
  } else registerForward(gpu, registerFamily(family), terms, bias, z, shape, activate);
}

/**
 * Records X̄ = Σ Z̄ W over one or two terms.
 *
 * @param scratch As large as X̄, for families that need several passes.
 * @param derive Store X̄ ⊙ a′(Z); only for activations that are fusable.
 */
export function matmulAdjoint(
  gpu: Gpu,
  terms: readonly { z: BufferLike; w: BufferLike }[],
  x: BufferLike,
  shape: MatmulShape,
  scratch?: BufferLike,
  derive?: Derive,
  family: ProductFamily = familyOf(gpu, "adjoint", shape),
): void {
  if (isTile(family)) tileAdjoint(gpu, family, terms, x, shape, derive);
  else if (isStraight(family) && (scratch !== undefined || straightPasses(shape.outputs, terms.length) === 1)) {
    straightAdjoint(gpu, family, terms, x, shape, scratch, derive);
  } else registerAdjoint(gpu, registerFamily(family), terms, x, shape, derive);
}

/** One term of a weight gradient; `zTransposed` is Z̄ᵀ, [outputs, rows], which the straight families read. */
export interface WeightTerm {
  /** [rows, outputs]. */
  readonly z: BufferLike;
  /** [rows, inputs]. */
  readonly x: BufferLike;
  /** [outputs, rows]. */
  readonly zTransposed?: BufferLike;
}

/**
 * Records W̄ = Σ Z̄ᵀ X over one or two terms and b̄ = Σₙ Z̄, Z̄ the first term's, split over the batch. The straight families need
 * `zTransposed` and `rowsPerSplit` 256, and leave term t in the splits from t·splits on.
 */
export function matmulWeight(
  gpu: Gpu,
  terms: readonly WeightTerm[],
  partials: BufferLike,
  shape: MatmulShape,
  place: PartialPlace,
  family: ProductFamily = familyOf(gpu, "weight", shape),
): void {
  if (isTile(family)) tileWeight(gpu, family, terms, partials, shape, place);
  else if (isStraight(family)) {
    const transposed = terms.map((term) => ({ ...term, zTransposed: term.zTransposed! }));
    straightWeight(gpu, family, transposed, partials, shape, place);
  } else registerWeight(gpu, registerFamily(family), terms, partials, shape, place);
}
