import type { ProductFamily } from "../../lib/linalg/gemm/family.ts";
import type { MatmulShape } from "../../lib/linalg/gemm/shape.ts";
import type { Peak } from "../bench/peak.ts";

/** The adapter's peaks. */
export interface PeakFigures extends Peak {
  /** The fastest of our kernels at a large product; undefined if there was no time for it. */
  readonly product?: {
    readonly family: ProductFamily;
    readonly shape: MatmulShape;
    /** GFLOP/s of this family. */
    readonly gflops: number;
    /** GFLOP/s of each family. */
    readonly families: Readonly<Record<string, number>>;
  };
}

/** GFLOP/s that matrix products are compared with: those of our fastest kernel, or of multiply-adds. */
export function peakOf(peak: PeakFigures | undefined): number {
  return peak?.product?.gflops ?? peak?.gflops ?? NaN;
}
