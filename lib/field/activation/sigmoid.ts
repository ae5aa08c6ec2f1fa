import type { Activation } from "./activation.ts";
import { activationKind } from "./kind.ts";
import { linearBound } from "./linear_bound.ts";
import text from "../../../wgsl/field/activation/sigmoid.wgsl" with { type: "text" };
import third from "../../../wgsl/field/activation/sigmoid_third.wgsl" with { type: "text" };

/** The entry of the registry. */
export const sigmoidKind = activationKind({ name: "sigmoid", hyperparameters: {}, make: sigmoid });

/** a(z) = 1/(1 + e^−z). */
export function sigmoid(): Activation {
  return { name: "sigmoid", options: {}, maps: [""], text, third, constants: [0, 0], weightBound: linearBound };
}
