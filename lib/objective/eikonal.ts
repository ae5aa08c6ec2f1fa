import type { DerivativeChoice } from "../field/choice.ts";
import { gradientObjective } from "./gradient_objective.ts";
import type { Objective } from "./objective.ts";
import text from "../../wgsl/objective/eikonal.wgsl" with { type: "text" };

const source = { name: "eikonal", text };

/**
 * The eikonal objective: the mean over all rows and outputs of (‖∇f‖ − 1)², where ∇f is the gradient by the input (Gropp et al. 2020). It is 0
 * where the output is a signed distance. It has no targets: `targets: {}`. Value, gradient and Hessian-vector products are exact;
 * the Gauss-Newton matrix uses the Jacobian of ‖∇f‖ (docs/math.md, section 3.4). At ∇f = 0, where the norm has no derivative, 0 is taken.
 *
 * @param options.output The output f; required if the field has several.
 * @param options.input The input by which f is differentiated; required if the field has several.
 */
export function eikonal(options: DerivativeChoice = {}): Objective {
  return gradientObjective({
    name: "eikonal",
    source,
    entries: (width) => width,
    more: ({ product }) => ({ uniforms: { curvature: product === "gaussNewton" ? 0 : 1 } }),
  }, options);
}
