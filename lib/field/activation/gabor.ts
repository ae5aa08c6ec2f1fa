import { type Hyperparameters, resolveHyperparameters } from "../../hyperparameter/hyperparameter.ts";
import { POSITIVE } from "../../hyperparameter/range.ts";
import type { Activation } from "./activation.ts";
import { activationKind } from "./kind.ts";
import { linearBound } from "./linear_bound.ts";
import text from "../../../wgsl/field/activation/gabor.wgsl" with { type: "text" };
import third from "../../../wgsl/field/activation/gabor_third.wgsl" with { type: "text" };

/** Options of {@linkcode gabor}. */
export interface GaborOptions {
  /** The frequency ω. */
  omega?: number;
  /** The scale s of the envelope. */
  scale?: number;
}

const hyperparameters: Hyperparameters<GaborOptions> = {
  omega: { range: POSITIVE, default: 10, doc: "Frequency ω" },
  scale: { range: POSITIVE, default: 10, doc: "Scale s of the envelope" },
};

/** The entry of the registry. */
export const gaborKind = activationKind({ name: "gabor", aliases: ["wavelet"], hyperparameters, make: gabor });

/**
 * a(z₁, z₂) = cos(ωz₁)·exp(−(s z₂)²), each of z₁ (`frequency`) and z₂ (`envelope`) with its own linear map: the real Gabor
 * wavelet (WIRE: Saragadam et al. 2023), without a factor ½ in the exponent.
 */
export function gabor(options: GaborOptions = {}): Activation {
  const { omega, scale } = resolveHyperparameters("gabor", hyperparameters, options);
  return {
    name: "gabor",
    options: { omega, scale },
    maps: ["frequency", "envelope"],
    text,
    third,
    constants: [omega, scale],
    weightBound: linearBound,
  };
}
