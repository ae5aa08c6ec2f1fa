import { asSlice } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { familyOf, isStraight, isTile, type ProductFamily, registerFamily } from "./family.ts";
import type { AdjointProduct, ForwardProduct } from "./layer_product.ts";
import { registerAdjoint, registerForward } from "./register.ts";
import { straightAdjoint, straightForward, straightPasses } from "./straight.ts";
import { tileAdjoint, tileForward } from "./tile.ts";

/**
 * Records Z = Σ X Wᵀ + b over one or two terms.
 *
 * @param family Which kernels to use; by default those that suit the adapter.
 */
export function matmulForward(
  gpu: Gpu,
  product: ForwardProduct,
  family: ProductFamily = familyOf(gpu, { kind: "forward", shape: product.shape }),
): void {
  if (isTile(family)) tileForward(gpu, family, product);
  else if (isStraight(family) && straightPasses(product.shape.inputs, product.terms.length) <= mostPasses(product)) {
    straightForward(gpu, family, product);
  } else registerForward(gpu, registerFamily(family), product);
}

/** The most passes that straight-line kernels may take: every second one before the last stores its sums where Z goes, and sums are f32. */
function mostPasses({ scratch, z }: ForwardProduct): number {
  if (scratch === undefined) return 1;
  return asSlice(z).buffer.format === "f32" ? Infinity : 2;
}

/**
 * Records X̄ = Σ Z̄ W over one or two terms.
 *
 * @param family Which kernels to use; by default those that suit the adapter.
 */
export function matmulAdjoint(
  gpu: Gpu,
  product: AdjointProduct,
  family: ProductFamily = familyOf(gpu, { kind: "adjoint", shape: product.shape }),
): void {
  if (isTile(family)) return tileAdjoint(gpu, family, product);
  if (!isStraight(family)) return registerAdjoint(gpu, registerFamily(family), product);
  const scratch = product.pool.take(product.shape.inputs);
  straightAdjoint(gpu, family, { ...product, scratch });
  product.pool.give(scratch);
}
