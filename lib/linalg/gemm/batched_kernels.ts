import type { KernelSource } from "../../gpu/kernel_source.ts";
import registerText from "../../../wgsl/linalg/gemm/batched_products.wgsl" with { type: "text" };
import straightText from "../../../wgsl/linalg/gemm/batched_products_straight.wgsl" with { type: "text" };
import tileText from "../../../wgsl/linalg/gemm/batched_products_tile.wgsl" with { type: "text" };

/** One of the families that compute batches of products. */
export type BatchedFamily = "register" | "wide" | "tile" | "straight" | "straight32";

/** A family's kernel and its tiles. */
interface BatchedKernel {
  readonly source: KernelSource;
  readonly values: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly columns: number;
  /** Tiles of a workgroup. */
  readonly perGroup: number;
  /** Of a family of straight-line text: the length of the sums that the text spells out. */
  readonly depth?: number;
}

const straightSource = { name: "batched_products_straight", text: straightText };

/** The length of the sums of the families of straight-line text. */
const DEPTH = 256;

/** The kernel of a family of straight-line text that computes so many columns a workgroup. */
function straight(columns: number): BatchedKernel {
  const values = { quads: columns / 4, pairs: DEPTH / 8 };
  return { source: straightSource, values, rows: 256, columns, perGroup: 1, depth: DEPTH };
}

const registerSource = { name: "batched_products", text: registerText };

/**
 * The kernels for batches of products by their families: `register` computes 16 × 8 entries an invocation and suits every adapter; `wide`
 * computes 16 × 16, for adapters with room for so many sums; `tile` computes 64 × 64 a workgroup, for GPUs; `straight` and `straight32` compute
 * 256 × 16 or 32 a workgroup by text without loops, and only products of whole tiles with sums of 256.
 */
export const BATCHED_KERNELS: Readonly<Record<BatchedFamily, BatchedKernel>> = {
  register: { source: registerSource, values: { vectors: 2 }, rows: 16, columns: 8, perGroup: 32 },
  wide: { source: registerSource, values: { vectors: 4 }, rows: 16, columns: 16, perGroup: 32 },
  tile: { source: { name: "batched_products_tile", text: tileText }, values: {}, rows: 64, columns: 64, perGroup: 1 },
  straight: straight(16),
  straight32: straight(32),
};

/** What computes the products that a family of straight-line text leaves out. */
export const BESIDE_STRAIGHT: BatchedFamily = "wide";
