import type { KernelSource } from "../../gpu/kernel_source.ts";
import registerText from "../../../wgsl/linalg/gemm/batched_products.wgsl" with { type: "text" };
import tileText from "../../../wgsl/linalg/gemm/batched_products_tile.wgsl" with { type: "text" };

/** One of the families that compute batches of products. */
export type BatchedFamily = "register" | "wide" | "tile";

/** A family's kernel and its tiles. */
interface BatchedKernel {
  readonly source: KernelSource;
  readonly values: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly columns: number;
  /** Tiles of a workgroup. */
  readonly perGroup: number;
}

const registerSource = { name: "batched_products", text: registerText };

/**
 * The kernels for batches of products by their families: `register` computes 16 × 8 entries an invocation and suits every adapter; `wide`
 * computes 16 × 16, for adapters with room for so many sums; `tile` computes 64 × 64 a workgroup, for GPUs.
 */
export const BATCHED_KERNELS: Readonly<Record<BatchedFamily, BatchedKernel>> = {
  register: { source: registerSource, values: { vectors: 2 }, rows: 16, columns: 8, perGroup: 32 },
  wide: { source: registerSource, values: { vectors: 4 }, rows: 16, columns: 16, perGroup: 32 },
  tile: { source: { name: "batched_products_tile", text: tileText }, values: {}, rows: 64, columns: 64, perGroup: 1 },
};
