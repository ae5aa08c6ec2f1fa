import type { Gpu } from "../../gpu/device.ts";
import { BATCHED_KERNELS, type BatchedFamily } from "./batched_kernels.ts";
import type { EntryFunction } from "./epilogue.ts";
import { type MatmulShape, ROW_BLOCK } from "./shape.ts";

/**
 * The family of kernels that computes a matrix product:
 *
 * - `register` works on blocks in registers and suits every adapter.
 * - `wide` does the same in larger blocks, for adapters on which loads take long.
 * - `tile`, `tile32` and `tile128` work on squares of 64, 32 and 128 entries in workgroup memory, for GPUs.
 * - `straight` and `straight32` are code without loops for 16 and 32 columns, which some software adapters run fastest
 *   (docs/kernels.md). They need rows in blocks of 256, and compute no weight products.
 */
export type ProductFamily = RegisterFamily | TileFamily | StraightFamily;

/** The families that work in registers. */
export type RegisterFamily = "register" | "wide";

/** The families that work in workgroup memory. */
export type TileFamily = "tile" | "tile32" | "tile128";

/** The families of straight-line text. */
export type StraightFamily = "straight" | "straight32";

/** Which of a layer's products: Z = XWᵀ + b, X̄ = Z̄W, or W̄ = Z̄ᵀX. */
export type LayerProductKind = "forward" | "adjoint" | "weight";

/** A product for which a family is chosen: one of a layer's, or a batch of many small products, as optimizers have them. */
export type GemmProduct =
  | {
    readonly kind: LayerProductKind;
    readonly shape: MatmulShape;
    /** What is applied where it is stored: the activation of a forward product, or that whose derivative an adjoint is multiplied by. */
    readonly activation?: EntryFunction;
  }
  | { readonly kind: "batched" };

/** Every family, in the order in which they are tried. */
export const FAMILIES = [
  "register",
  "wide",
  "tile",
  "straight",
  "straight32",
  "tile32",
  "tile128",
] as const satisfies readonly ProductFamily[];

/** The name of the kernels that compute several layers in one dispatch (`LayerChain`); products outside such chains are computed by `tile`. */
export const FUSED = "fused";

/** How matrix products may be asked to be computed when a device is opened: by the fastest family, or by a certain one. */
export const KERNEL_CHOICES = ["auto", ...FAMILIES, FUSED] as const;

/** One of {@linkcode KERNEL_CHOICES}. */
export type KernelChoice = (typeof KERNEL_CHOICES)[number];

/** The families that compute batches of products. */
export const BATCHED_FAMILIES = Object.keys(BATCHED_KERNELS) as readonly BatchedFamily[];

/** What takes over from a family that cannot compute a product, before `register` does. */
const STAND_INS: Readonly<Partial<Record<ProductFamily, ProductFamily>>> = {
  straight32: "straight",
  straight: "wide",
  tile32: "tile",
  tile128: "tile",
};

/** Columns that one invocation of a register family computes, of 16 rows each: many for fewer loads. */
export const REGISTER_COLUMNS: Readonly<Record<RegisterFamily, number>> = { register: 8, wide: 16 };

/** Rows and columns that one workgroup of a tile family computes: small ones for small batches, large ones for fewer reads. */
export const TILE_SIDES: Readonly<Record<TileFamily, number>> = { tile: 64, tile32: 32, tile128: 128 };

/** Columns that one workgroup of a straight-line family computes. */
export const STRAIGHT_COLUMNS: Readonly<Record<StraightFamily, number>> = { straight: 16, straight32: 32 };

/** The longest sum that one straight-line text spells out; longer ones take several passes. */
export const STRAIGHT_DEPTH = 256;

/** Whether a family is one of straight-line text. */
export function isStraight(family: ProductFamily): family is StraightFamily {
  return Object.hasOwn(STRAIGHT_COLUMNS, family);
}

/** The family itself if it works in registers, or else the one that takes over where another cannot compute a product. */
export function registerFamily(family: ProductFamily): RegisterFamily {
  return family === "wide" ? "wide" : "register";
}

/** Whether a family is one of those that work in workgroup memory. */
export function isTile(family: ProductFamily): family is TileFamily {
  return Object.hasOwn(TILE_SIDES, family);
}

/** Rows that stand for a class: all batches from there to the next, or beyond. */
export const ROW_CLASSES: readonly number[] = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

/** Rows that stand for the class of a batch. */
export function classRows(rows: number): number {
  return ROW_CLASSES.findLast((each) => each <= rows) ?? ROW_CLASSES[0];
}

/** The subject under which the family for a class of products is kept in the autotuning cache. */
export function subjectOf(product: GemmProduct): string {
  if (product.kind === "batched") return "batched products";
  const { kind, shape: { rows, outputs, inputs } } = product;
  return `${kind} ${outputs}x${inputs} rows ${classRows(rows)}`;
}

/** Whether a family can compute this product on this device. */
export function canCompute(gpu: Gpu, family: ProductFamily, product: GemmProduct): boolean {
  if (product.kind === "batched" && !BATCHED_FAMILIES.some((each) => each === family)) return false;
  if (!isStraight(family)) return true;
  const columns = STRAIGHT_COLUMNS[family];
  if (columns * STRAIGHT_DEPTH * 4 > gpu.device.limits.maxComputeWorkgroupStorageSize) return false;
  if (product.kind === "batched") return true;
  // Weight products would have to read transposed matrices.
  return product.kind !== "weight" && product.shape.rows % ROW_BLOCK === 0 &&
    sizeOf(product.kind, product.shape).width % columns === 0;
}

/** How much a family computes for a layer's product, in multiples of what was asked: some round sizes up to their tile. */
export function waste(family: ProductFamily, product: GemmProduct): number {
  if (product.kind === "batched") return 1;
  const { height, width } = sizeOf(product.kind, product.shape);
  const [high, wide] = isStraight(family)
    ? [ROW_BLOCK, STRAIGHT_COLUMNS[family]]
    : isTile(family)
    ? [TILE_SIDES[family], TILE_SIDES[family]]
    : [16, REGISTER_COLUMNS[registerFamily(family)]];
  return Math.ceil(height / high) * high * Math.ceil(width / wide) * wide / (height * width);
}

/** Size of a layer's product's result. */
function sizeOf(kind: LayerProductKind, { rows, outputs, inputs }: MatmulShape): { height: number; width: number } {
  if (kind === "forward") return { height: rows, width: outputs };
  if (kind === "adjoint") return { height: rows, width: inputs };
  return { height: outputs, width: inputs };
}

/** The family that computes a product: the one asked for when the device was opened, or else the one that was found to be fastest. */
export function familyOf(gpu: Gpu, product: GemmProduct): ProductFamily {
  const { tuner } = gpu;
  const wanted = tuner.asked === "auto" ? tuner.choiceOr(subjectOf(product), "register") : tuner.asked;
  let family = FAMILIES.find((each) => each === (wanted === FUSED ? "tile" : wanted)) ?? "register";
  while (!canCompute(gpu, family, product)) family = STAND_INS[family] ?? "register";
  return family;
}
