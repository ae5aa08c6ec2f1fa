import type { DerivativeChoice } from "../field/choice.ts";
import { padWidth } from "../linalg/layout.ts";
import { gradientObjective } from "./gradient_objective.ts";
import type { Objective } from "./objective.ts";
import text from "../../wgsl/objective/gradient_supervised.wgsl" with { type: "text" };

const source = { name: "gradient_supervised", text };

/**
 * Mean squared error between the gradient of an output by an input and a target gradient: the mean over all rows, outputs and inputs of
 * (∂y_c/∂x_j − t_cj)² (Sitzmann et al. 2020, section 4.1). Value, gradient, Hessian-vector and Gauss-Newton products are exact
 * (docs/math.md, section 3.4).
 *
 * Its target is called like the output, followed by `Gradient`, for example `outputGradient`, and has the shape that `fieldGradient` returns:
 * `[n, outputs, inputs]`, row-major.
 *
 * @param options.output The output; required if the field has several.
 * @param options.input The input by which it is differentiated; required if the field has several.
 */
export function gradientSupervised(options: DerivativeChoice = {}): Objective {
  return gradientObjective({
    name: "gradientSupervised",
    source,
    targets: (output, width, directions) => new Map([[targetOf(output), width * directions]]),
    entries: (width, directions) => width * directions,
    more({ network, targets }, output) {
      const { width } = network.output(output);
      return {
        buffers: { targets: targets.get(targetOf(output))! },
        uniforms: { target_stride: padWidth(width * network.blocks.directions) },
      };
    },
  }, options);
}

function targetOf(output: string): string {
  return `${output}Gradient`;
}
