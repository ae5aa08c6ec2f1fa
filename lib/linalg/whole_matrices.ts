import type { Gpu } from "../gpu/device.ts";
import { familyOf, FUSED } from "./gemm/family.ts";
import type { MatrixView } from "./matrix_view.ts";
import range_norm from "../../wgsl/linalg/range_norm.wgsl" with { type: "text" };
import whole_matrix from "../../wgsl/linalg/whole_matrix.wgsl" with { type: "text" };

/** The most rows and columns of a matrix that one workgroup computes with from beginning to end. */
export const LARGEST = 128;

/** Bytes of the workspace for each matrix that such a kernel keeps. */
export const WHOLE_BYTES = LARGEST ** 2 * 4;

/** What kernels for whole matrices include. */
export const WHOLE_VALUES = { range_norm, whole_matrix } as const;

/** The subject under which the choice for sequences of products of small matrices is kept in the autotuning cache. */
export const WHOLE_SUBJECT = "chain of products of small matrices";

/**
 * Whether a workgroup computes all stages for a matrix by itself: where the matrices are small enough, if `fused` was asked for when the device
 * was opened, or if nothing was and this was measured to be faster.
 */
export function isWhole(gpu: Gpu, matrices: readonly MatrixView[]): boolean {
  if (matrices.some(({ rows, columns }) => Math.max(rows, columns) > LARGEST)) return false;
  const { tuner } = gpu;
  if (tuner.asked !== "auto") return tuner.asked === FUSED;
  return canBeWhole(gpu) && tuner.choiceOr(WHOLE_SUBJECT, "apart") === FUSED;
}

/** Whether batches of products are computed by tiles: on other adapters one workgroup is too slow for a matrix. */
export function canBeWhole(gpu: Gpu): boolean {
  return familyOf(gpu, { kind: "batched" }) === "tile";
}
