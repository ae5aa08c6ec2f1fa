import { type Hyperparameters, resolveHyperparameters } from "../../hyperparameter/hyperparameter.ts";
import { HyperparameterError } from "../../hyperparameter/hyperparameter_error.ts";
import { POSITIVE, rangeMistake } from "../../hyperparameter/range.ts";
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
 *
 * @throws {RangeError} If single precision cannot hold σ or 1/σ².
 */
export function gaussian(options: GaussianOptions = {}): Activation {
  const { sigma } = resolveHyperparameters("gaussian", hyperparameters, options);
  const factor = 1 / (sigma * sigma);
  if (rangeMistake(factor, POSITIVE) !== undefined) {
    throw new HyperparameterError(
      "gaussian",
      "sigma",
      `expected a σ whose 1/σ² single precision can hold, found ${sigma}`,
    );
  }
  return {
    name: "gaussian",
    options: { sigma },
    maps: [""],
    text,
    third,
    constants: [factor, 0],
    weightBound: linearBound,
  };
}
