import type { Activation } from "./activation.ts";
import { linearBound } from "./hyperparameter.ts";
import text from "../../../wgsl/field/activation/relu.wgsl" with { type: "text" };

/** a(z) = max(z, 0), with a′(0) = 0. It is usually combined with a positional encoding. */
export function relu(): Activation {
  return { name: "relu", options: {}, maps: [""], text, constants: [0, 0], weightBound: linearBound };
}
