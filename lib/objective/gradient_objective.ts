import { checkOptions } from "../hyperparameter/members.ts";
import { chosenInput, chosenOutput, type DerivativeChoice } from "../field/choice.ts";
import { type FieldDescription, widthsOf } from "../field/description.ts";
import type { Node } from "../field/node.ts";
import type { BufferLike } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { KernelSource } from "../gpu/kernel_source.ts";
import type { Objective, ObjectivePass } from "./objective.ts";

/** An objective of the derivatives of one output by one input. */
interface GradientLoss {
  /** The objective's name. */
  readonly name: string;
  /** Its kernel, which adds to the adjoints (see `eikonal.wgsl`). */
  readonly source: KernelSource;
  /** Its targets for an output; none by default. */
  readonly targets?: (output: string, width: number, directions: number) => ReadonlyMap<string, number>;
  /** Over how many entries of a row the loss is a mean. */
  readonly entries: (width: number, directions: number) => number;
  /** What else its kernel is given. */
  readonly more?: (
    pass: ObjectivePass,
    output: string,
  ) => { readonly buffers?: Record<string, BufferLike>; readonly uniforms?: Record<string, number> };
}

/** Makes an objective that reads the derivatives of an output. */
export function gradientObjective(loss: GradientLoss, options: DerivativeChoice): Objective {
  checkOptions(loss.name, options, { output: true, input: true });
  const { name } = loss;
  const chosen = (description: FieldDescription) => {
    const output = chosenOutput(name, description, options.output);
    const input = chosenInput(name, description, options.input);
    const width = widthsOf(description).get(description.outputs[output])!;
    return { output, input, width, directions: description.inputs[input] };
  };
  return {
    name,
    reads(description) {
      const { output, width } = chosen(description);
      return new Map([[output, width]]);
    },
    derivativesBy: (description) => chosen(description).input,
    targets(description) {
      const { output, width, directions } = chosen(description);
      return loss.targets?.(output, width, directions) ?? new Map();
    },
    record(pass) {
      const { network: { gpu, field: { description } }, paddedRows, product } = pass;
      const { output, width, directions } = chosen(description);
      const node = pass.network.output(output);
      const { buffers, uniforms } = loss.more?.(pass, output) ?? {};
      gpu.dispatch(
        gpu.kernel(loss.source, { tangents: product !== undefined }, `the objective ${name}`),
        { ...buffersOf(pass, output, node), ...buffers },
        {
          rows: pass.rows,
          padded_rows: paddedRows,
          width: node.padded,
          real: width,
          directions,
          scale: pass.weight / (pass.batchSamples * loss.entries(width, directions)),
          add: pass.add ? 1 : 0,
          sampled: product === "gaussNewtonSample" ? 1 : 0,
          ...uniforms,
        },
        linearGroups(paddedRows, 64),
      );
    },
  };
}

function buffersOf(pass: ObjectivePass, output: string, node: Node): Record<string, BufferLike> {
  const { adjoint, tangent } = pass.adjoints.get(output)!;
  const buffers = { y: node.value, adjoint, row_loss: pass.sampleLoss };
  if (pass.product === undefined) return buffers;
  return { ...buffers, y_tangent: node.valueTangent!, adjoint_tangent: tangent! };
}
