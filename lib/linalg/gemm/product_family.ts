import type { Gpu } from "../../gpu/device.ts";
import type { KernelSource } from "../../gpu/kernel_source.ts";
import registerText from "../../../wgsl/linalg/gemm/products.wgsl" with { type: "text" };
import tileText from "../../../wgsl/linalg/gemm/products_tile.wgsl" with { type: "text" };

/**
 * How batches of matrix products are computed: `register`: 16 × 8 entries an invocation, everywhere; `wide`: 16 × 16, for adapters
 * with room for so many sums; `tile`: 64 × 64 a workgroup, for GPUs.
 */
export type BatchFamily = "register" | "wide" | "tile";

/** A family's kernel and its tiles. */
interface Family {
  readonly source: KernelSource;
  readonly values: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly columns: number;
  /** Tiles of a workgroup. */
  readonly perGroup: number;
}

const registerSource = { name: "products", text: registerText };

/** Every family, in the order in which they are tried. */
export const FAMILIES: Readonly<Record<BatchFamily, Family>> = {
  register: { source: registerSource, values: { vectors: 2 }, rows: 16, columns: 8, perGroup: 32 },
  wide: { source: registerSource, values: { vectors: 4 }, rows: 16, columns: 16, perGroup: 32 },
  tile: { source: { name: "products_tile", text: tileText }, values: {}, rows: 64, columns: 64, perGroup: 1 },
};

/** What the choice among them is called. */
export const BATCH_SUBJECT = "batched products";

/** The family to use: the one asked for when the device was opened, or else the one found to be fastest. */
export function batchFamilyOf(gpu: Gpu): BatchFamily {
  const wanted = gpu.kernels === "auto" ? gpu.choice(BATCH_SUBJECT) : gpu.kernels.replace(/^tile\d+$/, "tile");
  return (Object.keys(FAMILIES) as BatchFamily[]).find((family) => family === wanted) ?? "register";
}
