import type { Activation } from "./activation.ts";
import { linearBound } from "./hyperparameter.ts";
import text from "../../../wgsl/field/activation/sigmoid.wgsl" with { type: "text" };

/** a(z) = 1/(1 + e^−z). */
export function sigmoid(): Activation {
  return { name: "sigmoid", options: {}, maps: [""], text, constants: [0, 0], weightBound: linearBound };
}
