import type { Activation } from "./activation.ts";
import { linearBound, positive } from "./hyperparameter.ts";
import text from "../../../wgsl/field/activation/gabor.wgsl" with { type: "text" };

/**
 * a(z₁, z₂) = cos(ωz₁)·exp(−(s z₂)²), the real Gabor wavelet (WIRE: Saragadam et al. 2023), without a factor ½ in the
 * exponent. Each of z₁ (`frequency`) and z₂ (`envelope`) is computed by a linear map of its own.
 *
 * @param options.omega ω > 0, 10 by default.
 * @param options.scale s > 0, 10 by default.
 */
export function gabor(options: { omega?: number; scale?: number } = {}): Activation {
  const omega = positive("gabor: omega", options.omega ?? 10);
  const scale = positive("gabor: scale", options.scale ?? 10);
  return {
    name: "gabor",
    options: { omega, scale },
    maps: ["frequency", "envelope"],
    text,
    constants: [omega, scale],
    weightBound: linearBound,
  };
}
