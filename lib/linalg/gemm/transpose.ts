import type { BufferLike } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { linearGroups } from "../../gpu/groups.ts";
import text from "../../../wgsl/linalg/gemm/transpose.wgsl" with { type: "text" };

const kernelSource = { name: "transpose", text };

/** Records result = sourceᵀ, source [rows, columns], both multiples of 4 (`transpose.wgsl`). */
export function transpose(
  gpu: Gpu,
  { source, result, rows, columns }: {
    readonly source: BufferLike;
    readonly result: BufferLike;
    readonly rows: number;
    readonly columns: number;
  },
): void {
  gpu.dispatch(gpu.kernel(kernelSource), { source, result }, { rows, columns }, linearGroups(rows * columns / 16, 64));
}
