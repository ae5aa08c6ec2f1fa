import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { CurvatureAverage } from "./curvature_average.ts";
import { curvatureCore } from "./curvature_core.ts";
import {
  betas,
  decayed,
  epsilon,
  initialProbes,
  learningRate,
  probes,
  updateEvery,
  warmup,
  weightDecay,
} from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import text from "../../wgsl/optim/esgd_max_step.wgsl" with { type: "text" };

/** Options of {@linkcode esgdMax}. */
export interface EsgdMaxOptions {
  /** The learning rate η. */
  learningRate?: number;
  /** Steps between two that take probes, after the first `warmup` steps. */
  updateEvery?: number;
  /** Steps at the start each of which takes probes. */
  warmup?: number;
  /** ε, which keeps the denominator above 0. */
  epsilon?: number;
  /** The decays β₁ of the momentum and β₂ of the curvature estimate. */
  betas?: readonly [number, number];
  /** Probes at step 0. */
  initialProbes?: number;
  /** Probes at every later step that takes any. */
  probes?: number;
  /** The decoupled weight decay λ. */
  weightDecay?: number;
}

/** The hyper-parameters and their defaults are the published ones, except for the weight decay. */
const hyperparameters: Hyperparameters<EsgdMaxOptions> = {
  learningRate: learningRate(0.15),
  updateEvery: updateEvery(100, "probes, after the first steps, which all take probes"),
  warmup: warmup(50),
  epsilon: epsilon(1e-4),
  betas: betas(0.9, 0.999),
  initialProbes: initialProbes(1),
  probes: probes(1),
  weightDecay: weightDecay(),
};

/** The entry of the registry. */
export const esgdMaxKind = optimizerKind({
  name: "esgdMax",
  paper: "Chng, Saratchandran & Lucey 2025",
  hyperparameters,
  make: esgdMax,
});

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
  const resolved = resolveHyperparameters("esgdMax", hyperparameters, options);
  const { learningRate, epsilon, betas: [beta1, beta2], weightDecay } = resolved;
  return {
    name: "esgdMax",
    learningRate,
    options: { ...resolved },
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
        diagonal: () => ({ estimate: maximum.average, magnitude: "root", epsilon }),
      });
    },
  };
}
