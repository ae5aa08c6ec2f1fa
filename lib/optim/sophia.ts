import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { POSITIVE } from "../hyperparameter/range.ts";
import { CurvatureAverage } from "./curvature_average.ts";
import { curvatureCore } from "./curvature_core.ts";
import { betas, epsilon, learningRate, probes, updateEvery, weightDecay } from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import text from "../../wgsl/optim/sophia_step.wgsl" with { type: "text" };

/** Options of {@linkcode sophiaH}. */
export interface SophiaOptions {
  /** The learning rate η: no entry moves by more than η a step. */
  learningRate?: number;
  /** Steps between two that take probes, from step 0. */
  updateEvery?: number;
  /** Probes at every step that takes any. */
  probes?: number;
  /** γ: the larger, the fewer entries are clipped. */
  gamma?: number;
  /** ε, which keeps the denominator above 0. */
  epsilon?: number;
  /** The decays β₁ of the momentum and β₂ of the curvature estimate. */
  betas?: readonly [number, number];
  /** The decoupled weight decay λ. */
  weightDecay?: number;
}

const hyperparameters: Hyperparameters<SophiaOptions> = {
  learningRate: learningRate(1e-4),
  updateEvery: updateEvery(10, "probes"),
  probes: probes(1),
  gamma: { range: POSITIVE, default: 0.01, doc: "Factor γ: the larger it is, the fewer entries are clipped" },
  epsilon: epsilon(1e-12),
  betas: betas(0.96, 0.99),
  weightDecay: weightDecay(),
};

/** The entry of the registry. */
export const sophiaHKind = optimizerKind({ name: "sophiaH", paper: "Liu et al. 2024", hyperparameters, make: sophiaH });

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
  const resolved = resolveHyperparameters("sophiaH", hyperparameters, options);
  const { learningRate, updateEvery, probes, gamma, epsilon, betas: [beta1, beta2], weightDecay } = resolved;
  return {
    name: "sophiaH",
    learningRate,
    options: { ...resolved },
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
