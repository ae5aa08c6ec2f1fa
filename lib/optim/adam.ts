import { type Hyperparameters, resolveHyperparameters, withDefaults } from "../hyperparameter/hyperparameter.ts";
import { DiagonalPreconditioner } from "./diagonal_preconditioner.ts";
import { entrywise } from "./entrywise.ts";
import { betas, decayed, epsilon, learningRate, weightDecay } from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import { stateVectors } from "./state_vectors.ts";
import text from "../../wgsl/optim/adam_step.wgsl" with { type: "text" };

/** Options of {@linkcode adam} and {@linkcode adamW}. */
export interface AdamOptions {
  /** The learning rate η. */
  learningRate?: number;
  /** The decays β₁ and β₂ of the two moments. */
  betas?: readonly [number, number];
  /** ε, which keeps the denominator above 0. */
  epsilon?: number;
  /** The decoupled weight decay λ. */
  weightDecay?: number;
}

/** The hyper-parameters of Adam, also for optimizers that end in Adam's step. */
export const adamHyperparameters: Hyperparameters<AdamOptions> = {
  learningRate: learningRate(1e-3),
  betas: betas(0.9, 0.999),
  epsilon: epsilon(1e-8),
  weightDecay: weightDecay(),
};

const adamWHyperparameters = withDefaults(adamHyperparameters, { weightDecay: 0.01 });

/** The entry of the registry. */
export const adamKind = optimizerKind({
  name: "adam",
  paper: "Kingma & Ba 2015",
  hyperparameters: adamHyperparameters,
  make: adam,
});

/** The entry of the registry. */
export const adamWKind = optimizerKind({
  name: "adamW",
  paper: "Loshchilov & Hutter 2019",
  hyperparameters: adamWHyperparameters,
  make: adamW,
});

const source = { name: "adam_step", text };

/**
 * Adam (Kingma & Ba 2015, algorithm 1): m ← β₁m + (1−β₁)g, s ← β₂s + (1−β₂)g², θ ← (1−λη)θ − η m̂/(√ŝ + ε), hats: bias
 * corrected. State: first and second moment. Deviation: none.
 */
export function adam(options: AdamOptions = {}): OptimizerSpec {
  return adamNamed("adam", resolveHyperparameters("adam", adamHyperparameters, options));
}

/** AdamW (Loshchilov & Hutter 2019): Adam with decoupled weight decay λ = 0.01 by default. */
export function adamW(options: AdamOptions = {}): OptimizerSpec {
  return adamNamed("adamW", resolveHyperparameters("adamW", adamWHyperparameters, options));
}

function adamNamed(name: string, resolved: Required<AdamOptions>): OptimizerSpec {
  const { learningRate, betas: [beta1, beta2], epsilon, weightDecay } = resolved;
  return {
    name,
    learningRate,
    options: { ...resolved },
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
        preconditioner: ({ step }) =>
          Promise.resolve(
            new DiagonalPreconditioner(context, {
              estimate: state.secondMoment,
              magnitude: "root",
              correction: 1 / decayed(beta2, step),
              epsilon,
            }),
          ),
        [Symbol.dispose]: () => state[Symbol.dispose](),
      };
    },
  };
}
