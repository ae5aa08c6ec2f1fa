import type { Gpu } from "../../gpu/device.ts";
import { type MatmulShape, ROW_BLOCK } from "./shape.ts";

/**
 * How a matrix product is computed: `register`: register-blocked, everywhere; `tile`: by tiles in workgroup memory, for GPUs;
 * `straight`: straight-line text, for adapters that like it (docs/kernels.md), where rows come in blocks of 256.
 */
export type ProductFamily = "register" | "tile" | "straight";

/** Which of a layer's products: Z = XWᵀ + b, X̄ = Z̄W, or W̄ = Z̄ᵀX. */
export type ProductKind = "forward" | "adjoint" | "weight";

/** Every family, in the order in which they are tried. */
export const FAMILIES: readonly ProductFamily[] = ["register", "tile", "straight"];

const FEWEST_ROWS = 16;
const MOST_ROWS = 4096;

/** Rows for which all batches of a class are measured: the power of two below, within bounds. */
export function classRows(rows: number): number {
  return Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, 2 ** Math.floor(Math.log2(rows))));
}

/** Name of the class of products that one measurement stands for. */
export function productClass(kind: ProductKind, { rows, outputs, inputs }: MatmulShape): string {
  return `${kind} ${outputs}x${inputs} rows ${classRows(rows)}`;
}

/** Whether a family can compute products of this shape. */
export function canCompute(family: ProductFamily, { rows }: MatmulShape): boolean {
  return family !== "straight" || rows % ROW_BLOCK === 0;
}

/** How much a family computes for a product, in multiples of what was asked: some round sizes up to their tile. */
export function waste(family: ProductFamily, kind: ProductKind, { rows, outputs, inputs }: MatmulShape): number {
  const [height, width] = kind === "forward"
    ? [rows, outputs]
    : kind === "adjoint"
    ? [rows, inputs]
    : [outputs, inputs];
  const [high, wide] = { register: [16, 8], tile: [64, 64], straight: [ROW_BLOCK, 16] }[family];
  return Math.ceil(height / high) * high * Math.ceil(width / wide) * wide / (height * width);
}

/** The family that computes a product: the one asked for when the device was opened, or else the one found to be fastest. */
export function familyOf(gpu: Gpu, kind: ProductKind, shape: MatmulShape): ProductFamily {
  const wanted = gpu.kernels === "auto" ? gpu.choice(productClass(kind, shape)) : gpu.kernels;
  const family = FAMILIES.find((each) => each === wanted) ?? "register";
  return canCompute(family, shape) ? family : "register";
}
