import { linearGroups } from "../gpu/groups.ts";
import { checkRanges, decayed } from "./hyperparameters.ts";
import { type OptimizerSpec, stateVectors } from "./optimizer.ts";
import text from "../../wgsl/adam_step.wgsl" with { type: "text" };

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
  return adamNamed("adamW", { weightDecay: 0.01, ...options });
}

function adamNamed(name: string, options: AdamOptions): OptimizerSpec {
  const { learningRate = 1e-3, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = options;
  const [beta1, beta2] = betas;
  checkRanges(name, {
    learningRate: [learningRate, ">", 0],
    "betas[0]": [beta1, "≥", 0, "<", 1],
    "betas[1]": [beta2, "≥", 0, "<", 1],
    epsilon: [epsilon, ">", 0],
    weightDecay: [weightDecay, "≥", 0],
  });
  return {
    name,
    learningRate,
    options: { learningRate, betas, epsilon, weightDecay },
    create(context) {
      const state = stateVectors(context, ["firstMoment", "secondMoment"]);
      const { gpu, layout } = context;
      const length = layout.deviceLength / 4;
      return {
        state,
        update({ parameters, gradient, learningRate }, step) {
          gpu.dispatch(
            gpu.kernel(source),
            {
              parameters: parameters.buffer,
              gradient: gradient.buffer,
              first_moment: state.firstMoment.buffer,
              second_moment: state.secondMoment.buffer,
            },
            {
              length,
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
            linearGroups(length, 64),
          );
        },
      };
    },
  };
}
