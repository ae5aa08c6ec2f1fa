import type { Activation } from "./activation.ts";
import { linearBound } from "./hyperparameter.ts";
import text from "../../../wgsl/field/activation/softplus.wgsl" with { type: "text" };

/** a(z) = log(1 + e^z), computed without overflow. */
export function softplus(): Activation {
  return { name: "softplus", options: {}, maps: [""], text, constants: [0, 0], weightBound: linearBound };
}
