import { entrywise } from "./entrywise.ts";
import { checkHyperparameters, decayed } from "./hyperparameters.ts";
import { type OptimizerSpec, stateVectors } from "./optimizer.ts";
import text from "../../wgsl/optim/adam_step.wgsl" with { type: "text" };

/** Options of {@linkcode adam} and {@linkcode adamW}. */
export interface AdamOptions {
  /** η > 0, 1e−3 by default. */
  learningRate?: number;
  /** β₁, β₂ in [0, 1), 0.9 and 0.999 by default. */
  betas?: readonly [number, number];
  /** ε > 0, 1e−8 by default. */
  epsilon?: number;
  /** λ ≥ 0, decoupled; 0 by default, 0.01 for adamW. */
  weightDecay?: number;
}

const source = { name: "adam_step", text };

/**
 * Adam (Kingma & Ba 2015, algorithm 1): m ← β₁m + (1−β₁)g, s ← β₂s + (1−β₂)g², θ ← (1−λη)θ − η m̂/(√ŝ + ε), hats: bias
 * corrected. State: first and second moment. Deviation: none.
 */
export function adam(options: AdamOptions = {}): OptimizerSpec {
  return adamNamed("adam", options);
}

/** AdamW (Loshchilov & Hutter 2019): Adam with decoupled weight decay λ = 0.01 by default. */
export function adamW(options: AdamOptions = {}): OptimizerSpec {
  const { weightDecay = 0.01 } = options;
  return adamNamed("adamW", { ...options, weightDecay });
}

function adamNamed(name: string, options: AdamOptions): OptimizerSpec {
  const { learningRate = 1e-3, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = options;
  const resolved = { learningRate, betas, epsilon, weightDecay };
  checkHyperparameters(name, options, resolved);
  const [beta1, beta2] = betas;
  return {
    name,
    learningRate,
    options: resolved,
    create(context) {
      const state = stateVectors(context, ["firstMoment", "secondMoment"]);
      return {
        state,
        update({ parameters, gradient, learningRate }, step) {
          entrywise(
            context,
            source,
            { parameters, gradient, first_moment: state.firstMoment, second_moment: state.secondMoment },
            {
              learning_rate: learningRate,
              shrink: 1 - weightDecay * learningRate,
              beta1,
              beta2,
              rest1: 1 - beta1,
              rest2: 1 - beta2,
              correction1: 1 / decayed(beta1, step + 1),
              correction2: 1 / decayed(beta2, step + 1),
              epsilon,
            },
          );
        },
        [Symbol.dispose]: () => state[Symbol.dispose](),
      };
    },
  };
}
