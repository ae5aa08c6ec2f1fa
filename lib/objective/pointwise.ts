import { type FieldDescription, widthsOf } from "../field/description.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { BufferLike } from "../gpu/buffer.ts";
import type { Objective } from "./objective.ts";
import text from "../../wgsl/objective/pointwise.wgsl" with { type: "text" };

/** Which output a loss compares with its target; needed where the field has several. */
export interface PointwiseOptions {
  /** Name of the output, and of its target. */
  output?: string;
}

const kernelSource = { name: "pointwise", text };

/**
 * A loss that is the mean over all entries of ℓ(y, t).
 *
 * @param loss WGSL of `loss`, `first` and `second`: ℓ and its derivatives by y, each on vec4f (see `pointwise.wgsl`). It may include
 * shared snippets (see `expandKernel`).
 */
export function pointwise(name: string, loss: string, options: PointwiseOptions): Objective {
  const outputOf = (description: FieldDescription): string => {
    const names = Object.keys(description.outputs);
    if (options.output === undefined && names.length > 1) {
      throw new Error(`${name}: the field has outputs ${names.join(", ")}; say which with { output }.`);
    }
    const output = options.output ?? names[0];
    if (!names.includes(output)) {
      throw new Error(`${name}: the field has no output ${output}, only ${names.join(", ")}.`);
    }
    return output;
  };
  return {
    name,
    reads(description) {
      const output = outputOf(description);
      return new Map([[output, widthsOf(description).get(description.outputs[output])!]]);
    },
    record(pass) {
      const { network, rows, paddedRows, batchSamples, product, weight, add } = pass;
      const tangents = product !== undefined;
      const { gpu } = network;
      const output = outputOf(network.subject.description);
      const { value, valueTangent, width, padded } = network.output(output);
      const { adjoint, tangent } = pass.adjoints.get(output)!;
      const buffers: Record<string, BufferLike> = {
        y: value,
        targets: pass.targets.get(output)!,
        adjoint,
        row_loss: pass.sampleLoss,
      };
      if (tangents) Object.assign(buffers, { y_tangent: valueTangent, adjoint_tangent: tangent });
      gpu.dispatch(
        gpu.kernel(kernelSource, { loss, tangents }),
        buffers,
        {
          rows,
          padded_rows: paddedRows,
          width: padded,
          real: width,
          scale: weight / (batchSamples * width),
          add: add ? 1 : 0,
          sampled: product === "gaussNewtonSample" ? 1 : 0,
        },
        linearGroups(paddedRows, 64),
      );
    },
  };
}
