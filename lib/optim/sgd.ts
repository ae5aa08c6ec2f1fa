import { entrywise } from "./entrywise.ts";
import { checkHyperparameters } from "./hyperparameters.ts";
import { type OptimizerSpec, stateVectors } from "./optimizer.ts";
import text from "../../wgsl/optim/sgd_step.wgsl" with { type: "text" };

/** Options of {@linkcode sgd}. */
export interface SgdOptions {
  /** η > 0, 1 by default (the published setting). */
  learningRate?: number;
  /** μ in [0, 1), 0 by default. */
  momentum?: number;
  /** Nesterov's momentum; needs μ > 0. */
  nesterov?: boolean;
  /** λ ≥ 0, 0 by default; decoupled. */
  weightDecay?: number;
}

const source = { name: "sgd_step", text };

/**
 * Gradient descent: buf ← μ buf + g, θ ← (1−λη)θ − η buf, or with Nesterov's momentum − η(g + μ buf) (Sutskever et al. 2013,
 * in PyTorch's form). State: momentum. Deviation: weight decay is decoupled.
 */
export function sgd(options: SgdOptions = {}): OptimizerSpec {
  const { learningRate = 1, momentum = 0, nesterov = false, weightDecay = 0 } = options;
  const resolved = { learningRate, momentum, nesterov, weightDecay };
  checkHyperparameters("sgd", options, resolved);
  if (nesterov && momentum === 0) throw new Error("sgd: nesterov needs a momentum > 0, 0 found.");
  return {
    name: "sgd",
    learningRate,
    options: resolved,
    create(context) {
      const state = stateVectors(context, ["momentum"]);
      return {
        state,
        update({ parameters, gradient, learningRate }) {
          entrywise(context, source, { parameters, gradient, momentum: state.momentum }, {
            learning_rate: learningRate,
            shrink: 1 - weightDecay * learningRate,
            momentum_factor: momentum,
            nesterov: nesterov ? 1 : 0,
          });
        },
        [Symbol.dispose]: () => state[Symbol.dispose](),
      };
    },
  };
}
