import { type AdaHessianOptions, momentumOverCurvature } from "./ada_hessian.ts";
import type { OptimizerSpec } from "./optimizer.ts";

/** Options of {@linkcode gaussNewton}. */
export interface GaussNewtonOptions extends AdaHessianOptions {
  /** η > 0, 1e−3 by default: a diagonal is smaller than the rows of its matrix, so rates are smaller than AdaHessian-E's. */
  learningRate?: number;
}

/**
 * Momentum divided by the diagonal of the Gauss-Newton matrix, estimated from samples q = JᵀS^½w with random signs w (Hutchinson's
 * estimator for G = JᵀSJ; J the Jacobian of what the loss compares with targets, outputs or pixels, S its second derivative by that):
 *
 * every step d ← β₂d + (1−β₂)q²; m ← β₁m + (1−β₁)g; θ ← (1−λη)θ − η m̂/(d̂ᵏ + ε), k = `hessianPower`
 *
 * Unlike |Hv|, q has no zeros where a ReLU field's second derivatives vanish, and a sample costs one more backward pass instead of a
 * Hessian-vector product. State: first moment, and d.
 */
export function gaussNewton(options: GaussNewtonOptions = {}): OptimizerSpec {
  const { learningRate = 1e-3 } = options;
  return momentumOverCurvature("gaussNewton", { ...options, learningRate }, {
    estimate: "squared",
    magnitude: "absolute_mean",
    observes: "gaussNewtonSample",
  });
}
