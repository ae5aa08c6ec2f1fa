import { CurvatureAverage } from "./curvature.ts";
import { curvatureCore } from "./curvature_core.ts";
import { checkHyperparameters, decayed } from "./hyperparameters.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import text from "../../wgsl/optim/esgd_max_step.wgsl" with { type: "text" };

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
  const resolved = { learningRate, updateEvery, warmup, epsilon, betas, initialProbes, probes, weightDecay };
  checkHyperparameters("esgdMax", options, resolved);
  const [beta1, beta2] = betas;
  return {
    name: "esgdMax",
    learningRate,
    options: resolved,
    create(context) {
      const maximum = new CurvatureAverage(context, { estimate: "squared", fold: "maximum", beta2 });
      return curvatureCore(context, {
        name: "esgdMax",
        schedule: resolved,
        curvature: ["squaredProducts", maximum],
        beta1,
        weightDecay,
        kernel: [source],
        operand: () => ({ maximum: maximum.average }),
        uniforms: ({ learningRate, step, observations }) => ({
          learning_rate: learningRate * decayed(0.99, observations),
          correction1: 1 / decayed(beta1, step + 2),
          epsilon,
        }),
      });
    },
  };
}
