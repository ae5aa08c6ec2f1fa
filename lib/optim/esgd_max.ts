import { linearGroups } from "../gpu/groups.ts";
import { CurvatureAverage, probesDue } from "./curvature.ts";
import { checkRanges, checkWhole, decayed } from "./hyperparameters.ts";
import { type OptimizerSpec, stateVectors } from "./optimizer.ts";
import text from "../../wgsl/esgd_max_step.wgsl" with { type: "text" };

/** Options of {@linkcode esgdMax}. */
export interface EsgdMaxOptions {
  /** η > 0, 0.15 by default (the published setting). */
  learningRate?: number;
  /** After the warm-up a probe is taken every so many steps; 100 by default. */
  updateEvery?: number;
  /** Steps at the start that take a probe each; 50 by default. */
  warmup?: number;
  /** ε > 0, 1e−4 by default. */
  epsilon?: number;
  /** β₁, β₂ in [0, 1), 0.9 and 0.999 by default. */
  betas?: readonly [number, number];
  /** Probes at step 0, 1 by default as published. */
  initialProbes?: number;
  /** Probes at every later step that takes any, 1 by default. */
  probes?: number;
  /** λ ≥ 0, decoupled; 0 by default. */
  weightDecay?: number;
}

const source = { name: "esgd_max_step", text };

/**
 * ESGD with a decaying maximum instead of a mean (Chng, Saratchandran & Lucey 2025, published code):
 *
 * for each probe when due d ← max(β₂d, (Hv)²); m ← β₁m + (1−β₁)g; m̃ = β₁m + (1−β₁)g;
 * θ ← (1−λη)θ − η(1−0.99ⁿ)·(m̃/(1−β₁^{t+1}))/(√d + ε)
 *
 * with n the probes so far. Probes are due at steps 0 … warmup−1, then every `updateEvery`-th. State: first moment, and d.
 * Deviation: weight decay, which the published code lacks.
 */
export function esgdMax(options: EsgdMaxOptions = {}): OptimizerSpec {
  const {
    learningRate = 0.15,
    updateEvery = 100,
    warmup = 50,
    epsilon = 1e-4,
    betas = [0.9, 0.999],
    initialProbes = 1,
    probes = 1,
    weightDecay = 0,
  } = options;
  const [beta1, beta2] = betas;
  checkRanges("esgdMax", {
    learningRate: [learningRate, ">", 0],
    updateEvery: [updateEvery, "≥", 1],
    warmup: [warmup, "≥", 0],
    epsilon: [epsilon, ">", 0],
    "betas[0]": [beta1, "≥", 0, "<", 1],
    "betas[1]": [beta2, "≥", 0, "<", 1],
    initialProbes: [initialProbes, "≥", 1],
    probes: [probes, "≥", 1],
    weightDecay: [weightDecay, "≥", 0],
  });
  checkWhole("esgdMax", { updateEvery, warmup, initialProbes, probes });
  const resolved = { learningRate, updateEvery, warmup, epsilon, betas, initialProbes, probes, weightDecay };
  return {
    name: "esgdMax",
    learningRate,
    options: resolved,
    create(context) {
      const { gpu, layout } = context;
      const state = stateVectors(context, ["firstMoment", "squaredProducts"]);
      const length = layout.deviceLength / 4;
      const settings = { estimate: "squared", fold: "maximum", beta2 } as const;
      const curvature = new CurvatureAverage(context, state.squaredProducts, settings);
      return {
        state,
        requests: (step) => ({ hessianProbes: probesDue(step, resolved) }),
        observe: (observation) => curvature.observe(observation),
        update({ parameters, gradient, learningRate }, step, observations) {
          if (observations === 0) {
            throw new Error("esgdMax: the first step needs a probe; see requests() and observe().");
          }
          gpu.dispatch(
            gpu.kernel(source),
            {
              parameters: parameters.buffer,
              gradient: gradient.buffer,
              first_moment: state.firstMoment.buffer,
              maximum: state.squaredProducts.buffer,
            },
            {
              length,
              learning_rate: learningRate * decayed(0.99, observations),
              shrink: 1 - weightDecay * learningRate,
              beta1,
              rest1: 1 - beta1,
              correction1: 1 / decayed(beta1, step + 2),
              epsilon,
            },
            linearGroups(length, 64),
          );
        },
      };
    },
  };
}
