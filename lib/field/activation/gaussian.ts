import { type Hyperparameters, resolveHyperparameters } from "../../hyperparameter/hyperparameter.ts";
import { POSITIVE } from "../../hyperparameter/range.ts";
import type { Activation } from "./activation.ts";
import { activationKind } from "./kind.ts";
import { linearBound } from "./linear_bound.ts";
import text from "../../../wgsl/field/activation/gaussian.wgsl" with { type: "text" };
import third from "../../../wgsl/field/activation/gaussian_third.wgsl" with { type: "text" };

/** Options of {@linkcode gaussian}. */
export interface GaussianOptions {
  /** The width σ. */
  sigma?: number;
}

const hyperparameters: Hyperparameters<GaussianOptions> = {
  sigma: { range: POSITIVE, default: 0.05, doc: "Width σ of the Gaussian" },
};

/** The entry of the registry. */
export const gaussianKind = activationKind({ name: "gaussian", hyperparameters, make: gaussian });

/**
 * a(z) = exp(−z²/2σ²) (Ramasinghe & Lucey 2022, "Beyond periodicity").
 */
export function gaussian(options: GaussianOptions = {}): Activation {
  const { sigma } = resolveHyperparameters("gaussian", hyperparameters, options);
  return {
    name: "gaussian",
    options: { sigma },
    maps: [""],
    text,
    third,
    constants: [1 / (sigma * sigma), 0],
    weightBound: linearBound,
  };
}
