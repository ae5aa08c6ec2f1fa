import { type Hyperparameters, resolveHyperparameters, withDefaults } from "../hyperparameter/hyperparameter.ts";
import { adaHessianHyperparameters, type AdaHessianOptions, momentumOverCurvature } from "./ada_hessian.ts";
import { updateEvery } from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import type { OptimizerSpec } from "./optimizer.ts";

/** Options of {@linkcode gaussNewton}: AdaHessian's, with samples in place of probes. */
export type GaussNewtonOptions = AdaHessianOptions;

const hyperparameters: Hyperparameters<GaussNewtonOptions> = {
  // A diagonal is smaller than the rows of its matrix, so rates are smaller than AdaHessian-E's.
  ...withDefaults(adaHessianHyperparameters, { learningRate: 1e-3 }),
  updateEvery: updateEvery(1, "Gauss-Newton samples"),
};

/** The entry of the registry. */
export const gaussNewtonKind = optimizerKind({
  name: "gaussNewton",
  paper: "not published; it is the diagonal of the Gauss-Newton matrix by Hutchinson's estimator",
  hyperparameters,
  make: gaussNewton,
});

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
  const resolved = resolveHyperparameters("gaussNewton", hyperparameters, options);
  return momentumOverCurvature("gaussNewton", resolved, {
    estimate: "squared",
    magnitude: "absolute_mean",
    observes: "gaussNewtonSample",
  });
}
