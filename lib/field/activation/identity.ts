import type { Activation } from "./activation.ts";
import { linearBound } from "./hyperparameter.ts";

/** a(z) = z, which makes a layer linear. */
export function identity(): Activation {
  return { name: "identity", options: {}, maps: [""], constants: [0, 0], weightBound: linearBound };
}
