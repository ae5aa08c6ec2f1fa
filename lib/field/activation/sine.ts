import { type Hyperparameters, resolveHyperparameters } from "../../hyperparameter/hyperparameter.ts";
import { POSITIVE } from "../../hyperparameter/range.ts";
import type { Activation } from "./activation.ts";
import { activationKind } from "./kind.ts";
import text from "../../../wgsl/field/activation/sine.wgsl" with { type: "text" };
import third from "../../../wgsl/field/activation/sine_third.wgsl" with { type: "text" };

/** Options of {@linkcode sine}. */
export interface SineOptions {
  /** The frequency ω. */
  omega?: number;
}

const hyperparameters: Hyperparameters<SineOptions> = {
  omega: { range: POSITIVE, default: 30, doc: "Frequency ω" },
};

/** The entry of the registry. */
export const sineKind = activationKind({ name: "sine", hyperparameters, make: sine });

/**
 * a(z) = sin(ωz) (SIREN: Sitzmann et al. 2020, "Implicit neural representations with periodic activation functions").
 * Weights start uniform in ±1/fanIn in first layers, ±√(6/fanIn)/ω in later ones and in the last linear layer.
 */
export function sine(options: SineOptions = {}): Activation {
  const { omega } = resolveHyperparameters("sine", hyperparameters, options);
  return {
    name: "sine",
    options: { omega },
    maps: [""],
    text,
    third,
    constants: [omega, 0],
    weightBound: (fanIn, first) => first ? 1 / fanIn : Math.sqrt(6 / fanIn) / omega,
  };
}
