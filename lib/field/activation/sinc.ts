import { type Hyperparameters, resolveHyperparameters } from "../../hyperparameter/hyperparameter.ts";
import { POSITIVE } from "../../hyperparameter/range.ts";
import type { Activation } from "./activation.ts";
import { activationKind } from "./kind.ts";
import { linearBound } from "./linear_bound.ts";
import text from "../../../wgsl/field/activation/sinc.wgsl" with { type: "text" };
import third from "../../../wgsl/field/activation/sinc_third.wgsl" with { type: "text" };

/** Options of {@linkcode sinc}. */
export interface SincOptions {
  /** The frequency ω. */
  omega?: number;
}

const hyperparameters: Hyperparameters<SincOptions> = {
  omega: { range: POSITIVE, default: 30, doc: "Frequency ω" },
};

/** The entry of the registry. */
export const sincKind = activationKind({ name: "sinc", hyperparameters, make: sinc });

/**
 * a(z) = sin(ωz)/(ωz), 1 at 0 (Saratchandran et al. 2024, "A sampling theory perspective on activations").
 */
export function sinc(options: SincOptions = {}): Activation {
  const { omega } = resolveHyperparameters("sinc", hyperparameters, options);
  return {
    name: "sinc",
    options: { omega },
    maps: [""],
    text,
    third,
    constants: [omega, 0],
    weightBound: linearBound,
  };
}
