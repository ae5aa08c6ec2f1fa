import type { Activation } from "./activation.ts";
import { activationKind } from "./kind.ts";
import { linearBound } from "./linear_bound.ts";
import text from "../../../wgsl/field/activation/softplus.wgsl" with { type: "text" };
import third from "../../../wgsl/field/activation/softplus_third.wgsl" with { type: "text" };

/** The entry of the registry. */
export const softplusKind = activationKind({ name: "softplus", hyperparameters: {}, make: softplus });

/** a(z) = log(1 + e^z), without overflow. */
export function softplus(): Activation {
  return { name: "softplus", options: {}, maps: [""], text, third, constants: [0, 0], weightBound: linearBound };
}
