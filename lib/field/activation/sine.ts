import type { Activation } from "./activation.ts";
import { positive } from "./hyperparameter.ts";
import text from "../../../wgsl/field/activation/sine.wgsl" with { type: "text" };

/**
 * a(z) = sin(ωz) (SIREN: Sitzmann et al. 2020, "Implicit neural representations with periodic activation functions").
 * Initial weights are uniform in ±1/fanIn in first layers, and in ±√(6/fanIn)/ω in later ones and in the last, linear layer.
 *
 * @param options.omega ω > 0, 30 by default.
 */
export function sine(options: { omega?: number } = {}): Activation {
  const omega = positive("sine: omega", options.omega ?? 30);
  return {
    name: "sine",
    options: { omega },
    maps: [""],
    text,
    constants: [omega, 0],
    weightBound: (fanIn, first) => first ? 1 / fanIn : Math.sqrt(6 / fanIn) / omega,
  };
}
