import type { Activation } from "./activation.ts";
import { linearBound, positive } from "./hyperparameter.ts";
import text from "../../../wgsl/field/activation/gaussian.wgsl" with { type: "text" };

/**
 * a(z) = exp(−z²/2σ²) (Ramasinghe & Lucey 2022, "Beyond periodicity").
 *
 * @param options.sigma σ > 0, 0.05 by default (the published setting for images).
 */
export function gaussian(options: { sigma?: number } = {}): Activation {
  const sigma = positive("gaussian: sigma", options.sigma ?? 0.05);
  return {
    name: "gaussian",
    options: { sigma },
    maps: [""],
    text,
    constants: [1 / (sigma * sigma), 0],
    weightBound: linearBound,
  };
}
