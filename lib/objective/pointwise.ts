import { chosenOutput } from "../field/choice.ts";
import { type FieldDescription, widthsOf } from "../field/description.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { BufferLike } from "../gpu/buffer.ts";
import { checkMember, checkOptions, type Member, type OptionNames, TEXT } from "../hyperparameter/members.ts";
import type { Objective } from "./objective.ts";
import text from "../../wgsl/objective/pointwise.wgsl" with { type: "text" };

/** Which output a loss compares with its target. */
export interface PointwiseOptions {
  /** The name of the output and of its target. It is required if the field has several outputs. */
  output?: string;
}

/** The names of {@linkcode PointwiseOptions}. */
export const POINTWISE_OPTIONS: OptionNames<PointwiseOptions> = { output: true };

/** What a loss is made of besides its WGSL. */
export interface PointwiseLoss extends PointwiseOptions {
  /** Two numbers, which the WGSL reads as `u.p0` and `u.p1`; 0 by default. Other numbers need no new kernels. */
  constants?: readonly [number, number];
}

const WGSL: Member = { expected: "a text with WGSL", holds: TEXT.holds };

const kernelSource = { name: "pointwise", text };

/**
 * Creates an objective whose loss is the mean of ℓ(y, t) over all entries of the output.
 *
 * @param name The objective's name, for configuration files and error messages.
 * @param loss WGSL functions `loss`, `first` and `second`: ℓ and its first and second derivatives by y, each on vec4f (see
 * `pointwise.wgsl`). The text may include shared snippets (see `expandKernel`).
 * @param options The output that is compared, and two constants of the text.
 * @throws If the name or the WGSL is no text.
 */
export function pointwise(name: string, loss: string, options: PointwiseLoss = {}): Objective {
  checkOptions(`pointwise ${name}`, options, { ...POINTWISE_OPTIONS, constants: true });
  checkMember("pointwise: name", name, TEXT);
  checkMember(`pointwise ${name}: loss`, loss, WGSL);
  const { constants: [p0, p1] = [0, 0] } = options;
  const outputOf = (description: FieldDescription) => chosenOutput(name, description, options.output);
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
      const output = outputOf(network.field.description);
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
        gpu.kernel(kernelSource, { loss, tangents }, `the objective ${name}`),
        buffers,
        {
          rows,
          padded_rows: paddedRows,
          width: padded,
          real: width,
          scale: weight / (batchSamples * width),
          p0,
          p1,
          add: add ? 1 : 0,
          sampled: product === "gaussNewtonSample" ? 1 : 0,
        },
        linearGroups(paddedRows, 64),
      );
    },
  };
}
