import type { Activation } from "./activation.ts";
import { activationKind } from "./kind.ts";
import { linearBound } from "./linear_bound.ts";

/** The entry of the registry. */
export const identityKind = activationKind({ name: "identity", hyperparameters: {}, make: identity });

/** a(z) = z, which makes a layer linear. */
export function identity(): Activation {
  return { name: "identity", options: {}, maps: [""], constants: [0, 0], weightBound: linearBound };
}
