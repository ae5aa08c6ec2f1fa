import type { Activation } from "./activation.ts";
import { linearBound, positive } from "./hyperparameter.ts";
import text from "../../../wgsl/field/activation/sinc.wgsl" with { type: "text" };

/**
 * a(z) = sin(ωz)/(ωz), with a(0) = 1 (Saratchandran et al. 2024, "A sampling theory perspective on activations").
 *
 * @param options.omega ω > 0, 30 by default.
 */
export function sinc(options: { omega?: number } = {}): Activation {
  const omega = positive("sinc: omega", options.omega ?? 30);
  return {
    name: "sinc",
    options: { omega },
    maps: [""],
    text,
    constants: [omega, 0],
    weightBound: linearBound,
  };
}
