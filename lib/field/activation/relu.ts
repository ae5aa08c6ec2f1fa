import type { Activation } from "./activation.ts";
import { activationKind } from "./kind.ts";
import { linearBound } from "./linear_bound.ts";
import text from "../../../wgsl/field/activation/relu.wgsl" with { type: "text" };
import third from "../../../wgsl/field/activation/relu_third.wgsl" with { type: "text" };

/** The entry of the registry. */
export const reluKind = activationKind({ name: "relu", hyperparameters: {}, make: relu });

/** a(z) = max(z, 0), with a′(0) = 0; usually behind a positional encoding. */
export function relu(): Activation {
  return { name: "relu", options: {}, maps: [""], text, third, constants: [0, 0], weightBound: linearBound };
}
