import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { HyperparameterError } from "../hyperparameter/hyperparameter_error.ts";
import { FLAG } from "../hyperparameter/range.ts";
import { entrywise } from "./entrywise.ts";
import { learningRate, momentum, weightDecay } from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import { stateVectors } from "./state_vectors.ts";
import text from "../../wgsl/optim/sgd_step.wgsl" with { type: "text" };

/** Options of {@linkcode sgd}. */
export interface SgdOptions {
  /** The learning rate η. */
  learningRate?: number;
  /** The factor μ of the momentum. */
  momentum?: number;
  /** Whether the momentum is Nesterov's, which needs μ > 0. */
  nesterov?: boolean;
  /** The decoupled weight decay λ. */
  weightDecay?: number;
}

const hyperparameters: Hyperparameters<SgdOptions> = {
  // The published setting for images.
  learningRate: learningRate(1),
  momentum: momentum(0),
  nesterov: { range: FLAG, default: false, doc: "Use Nesterov's momentum, which needs a momentum > 0" },
  weightDecay: weightDecay(),
};

/** The entry of the registry. */
export const sgdKind = optimizerKind({ name: "sgd", paper: "Sutskever et al. 2013", hyperparameters, make: sgd });

const source = { name: "sgd_step", text };

/**
 * Gradient descent: buf ← μ buf + g, θ ← (1−λη)θ − η buf, or with Nesterov's momentum − η(g + μ buf) (Sutskever et al. 2013,
 * in PyTorch's form). State: momentum. Deviation: weight decay is decoupled.
 */
export function sgd(options: SgdOptions = {}): OptimizerSpec {
  const resolved = resolveHyperparameters("sgd", hyperparameters, options);
  const { learningRate, momentum, nesterov, weightDecay } = resolved;
  if (nesterov && momentum === 0) throw new HyperparameterError("sgd", "nesterov", "expected a momentum > 0, found 0");
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
