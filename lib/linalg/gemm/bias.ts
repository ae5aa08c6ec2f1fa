import type { Gpu } from "../../gpu/device.ts";
import type { WeightProduct } from "./layer_product.ts";
import text from "../../../wgsl/linalg/gemm/bias_sum.wgsl" with { type: "text" };

const source = { name: "bias_sum", text };

/** Records b̄ = Σₙ Z̄ of every part of the batch, behind the layer's weights (`bias_sum.wgsl`). */
export function biasSum(
  gpu: Gpu,
  { terms: [{ z }], partials, shape: { rows, outputs, inputs }, place }: WeightProduct,
): void {
  gpu.dispatch(
    gpu.kernel(source),
    { z, partials },
    {
      rows,
      rows_per_split: place.rowsPerSplit,
      outputs,
      offset: place.offset + outputs * inputs / 4,
      stride: place.stride,
    },
    [Math.ceil(outputs / 256), place.splits],
  );
}
