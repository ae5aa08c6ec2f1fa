import { CurvatureAverage } from "./curvature.ts";
import { curvatureCore } from "./curvature_core.ts";
import { checkHyperparameters } from "./hyperparameters.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import text from "../../wgsl/optim/sophia_step.wgsl" with { type: "text" };

/** Options of {@linkcode sophiaH}. */
export interface SophiaOptions {
  /** η > 0, 1e−4 by default: no entry moves by more than η a step. */
  learningRate?: number;
  /** A probe is taken every so many steps from step 0; 10 by default. */
  updateEvery?: number;
  /** Probes at every step that takes any, 1 by default. */
  probes?: number;
  /** γ > 0, 0.01 by default: the larger, the fewer entries are clipped. */
  gamma?: number;
  /** ε > 0, 1e−12 by default. */
  epsilon?: number;
  /** β₁, β₂ in [0, 1), 0.96 and 0.99 by default. */
  betas?: readonly [number, number];
  /** λ ≥ 0, decoupled; 0 by default. */
  weightDecay?: number;
}

const source = { name: "sophia_step", text };

/**
 * Sophia with Hutchinson's estimate of the Hessian's diagonal (Liu et al. 2024, "Sophia: a scalable stochastic second-order
 * optimizer", algorithms 1 and 3):
 *
 * every `updateEvery`-th step h ← β₂h + (1−β₂)(v ⊙ Hv); m ← β₁m + (1−β₁)g; θ ← (1−λη)θ − η clip(m/max(γh, ε), −1, 1)
 *
 * Where the curvature is negative or small the step is that of the momentum's sign. State: first moment, and h. Deviation: v is
 * of random signs instead of normal, which has less variance; weight decay is 0 by default (0.2 in the paper).
 */
export function sophiaH(options: SophiaOptions = {}): OptimizerSpec {
  const {
    learningRate = 1e-4,
    updateEvery = 10,
    probes = 1,
    gamma = 0.01,
    epsilon = 1e-12,
    betas = [0.96, 0.99],
    weightDecay = 0,
  } = options;
  const resolved = { learningRate, updateEvery, probes, gamma, epsilon, betas, weightDecay };
  checkHyperparameters("sophiaH", options, resolved, { gamma: [">", 0] });
  const [beta1, beta2] = betas;
  return {
    name: "sophiaH",
    learningRate,
    options: resolved,
    create(context) {
      const diagonal = new CurvatureAverage(context, { estimate: "signed", fold: "mean", beta2 });
      return curvatureCore(context, {
        name: "sophiaH",
        // Due at steps 0, k, 2k, …
        schedule: { warmup: 1, updateEvery, initialProbes: probes, probes },
        curvature: ["curvature", diagonal],
        beta1,
        weightDecay,
        kernel: [source],
        operand: () => ({ curvature: diagonal.average }),
        uniforms: () => ({ gamma, epsilon }),
      });
    },
  };
}
