import type { Gpu } from "../../gpu/device.ts";
import { type MatmulShape, ROW_BLOCK } from "./shape.ts";

/**
 * How a matrix product is computed: `register`: register-blocked, everywhere; `wide`: the same in larger blocks, for adapters to which
 * loads are dear; `tile`, `tile32`, `tile128`: by squares of 64, 32 and 128 in workgroup memory, for GPUs; `straight` and `straight32`:
 * straight-line text for 16 and 32 columns, for adapters that like it (docs/kernels.md), where rows come in blocks of 256.
 */
export type ProductFamily = RegisterFamily | TileFamily | StraightFamily;

/** The families that work in registers. */
export type RegisterFamily = "register" | "wide";

/** The families that work in workgroup memory. */
export type TileFamily = "tile" | "tile32" | "tile128";

/** The families of straight-line text. */
export type StraightFamily = "straight" | "straight32";

/** Which of a layer's products: Z = XWᵀ + b, X̄ = Z̄W, or W̄ = Z̄ᵀX. */
export type ProductKind = "forward" | "adjoint" | "weight";

/** Every family, in the order in which they are tried. */
export const FAMILIES: readonly ProductFamily[] = [
  "register",
  "wide",
  "tile",
  "straight",
  "straight32",
  "tile32",
  "tile128",
];

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

/** Name of the class of products that one measurement stands for. */
export function productClass(kind: ProductKind, { rows, outputs, inputs }: MatmulShape): string {
  return `${kind} ${outputs}x${inputs} rows ${classRows(rows)}`;
}

/** Whether a family can compute this product on this device. */
export function canCompute(gpu: Gpu, family: ProductFamily, kind: ProductKind, shape: MatmulShape): boolean {
  if (!isStraight(family)) return true;
  const columns = STRAIGHT_COLUMNS[family];
  return shape.rows % ROW_BLOCK === 0 && sizeOf(kind, shape).width % columns === 0 &&
    columns * STRAIGHT_DEPTH * 4 <= gpu.device.limits.maxComputeWorkgroupStorageSize;
}

/** How much a family computes for a product, in multiples of what was asked: some round sizes up to their tile. */
export function waste(family: ProductFamily, kind: ProductKind, shape: MatmulShape): number {
  const { height, width } = sizeOf(kind, shape);
  const [high, wide] = isStraight(family)
    ? [ROW_BLOCK, STRAIGHT_COLUMNS[family]]
    : isTile(family)
    ? [TILE_SIDES[family], TILE_SIDES[family]]
    : [16, REGISTER_COLUMNS[registerFamily(family)]];
  return Math.ceil(height / high) * high * Math.ceil(width / wide) * wide / (height * width);
}

/** Of what a product yields. */
function sizeOf(kind: ProductKind, { rows, outputs, inputs }: MatmulShape): { height: number; width: number } {
  if (kind === "forward") return { height: rows, width: outputs };
  if (kind === "adjoint") return { height: rows, width: inputs };
  return { height: outputs, width: inputs };
}

/** The family that computes a product: the one asked for when the device was opened, or else the one found to be fastest. */
export function familyOf(gpu: Gpu, kind: ProductKind, shape: MatmulShape): ProductFamily {
  const wanted = gpu.kernels === "auto" ? gpu.choice(productClass(kind, shape)) : gpu.kernels;
  const family = FAMILIES.find((each) => each === wanted) ?? "register";
  const wishes: ProductFamily[] = isStraight(family) ? [family, "straight"] : [family];
  return wishes.find((each) => canCompute(gpu, each, kind, shape)) ?? "register";
}
