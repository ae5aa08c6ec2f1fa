import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { FLAG } from "../hyperparameter/range.ts";
import { CurvatureAverage, type CurvatureEstimate } from "./curvature_average.ts";
import { curvatureCore } from "./curvature_core.ts";
import { betas, decayed, epsilon, learningRate, probes, updateEvery, weightDecay } from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import text from "../../wgsl/optim/adahessian_step.wgsl" with { type: "text" };

/** Options of {@linkcode adaHessianE}. */
export interface AdaHessianOptions {
  /** The learning rate η. */
  learningRate?: number;
  /** Steps between two that take probes, from step 0. */
  updateEvery?: number;
  /** Probes at every step that takes any. */
  probes?: number;
  /** The Hessian power k: 1 divides by the curvature, 0 not at all. */
  hessianPower?: number;
  /** ε, which keeps the denominator above 0. */
  epsilon?: number;
  /** The decays β₁ of the momentum and β₂ of the curvature estimate. */
  betas?: readonly [number, number];
  /** The decoupled weight decay λ. */
  weightDecay?: number;
}

/** Options of {@linkcode adaHessianJ}. */
export interface AdaHessianJOptions extends AdaHessianOptions {
  /** Whether to use the estimator of the published code: the mean of |Hv| in place of |mean of v ⊙ Hv|. */
  published?: boolean;
}

/** The hyper-parameters of AdaHessian-E, which its relatives share. */
export const adaHessianHyperparameters: Hyperparameters<AdaHessianOptions> = {
  learningRate: learningRate(0.15),
  updateEvery: updateEvery(1, "probes"),
  probes: probes(1),
  hessianPower: {
    range: { type: "number", min: 0, max: 1 },
    default: 1,
    doc: "Hessian power k: 1 divides by the curvature, 0 not at all",
  },
  epsilon: epsilon(1e-4),
  betas: betas(0.9, 0.999),
  weightDecay: weightDecay(),
};

const jacobiHyperparameters: Hyperparameters<AdaHessianJOptions> = {
  ...adaHessianHyperparameters,
  published: { range: FLAG, default: false, doc: "Use the estimator of the published code, the mean of |Hv|" },
};

/** The entry of the registry. */
export const adaHessianEKind = optimizerKind({
  name: "adaHessianE",
  paper: "Yao et al. 2021; Chng, Saratchandran & Lucey 2025",
  hyperparameters: adaHessianHyperparameters,
  make: adaHessianE,
});

/** The entry of the registry. */
export const adaHessianJKind = optimizerKind({
  name: "adaHessianJ",
  paper: "Yao et al. 2021; Chng, Saratchandran & Lucey 2025",
  hyperparameters: jacobiHyperparameters,
  make: adaHessianJ,
});

const source = { name: "adahessian_step", text };

/**
 * AdaHessian with the equilibrated preconditioner (Yao et al. 2021; Chng, Saratchandran & Lucey 2025):
 *
 * every step s ← β₂s + (1−β₂)(Hv)²; m ← β₁m + (1−β₁)g; θ ← (1−λη)θ − η m̂/((√ŝ)ᵏ + ε)
 *
 * State: first moment, and s. Deviations: no spatial averaging, which has no meaning for a field's weights; with
 * `updateEvery` or `probes` above 1, s is corrected by the number of probes.
 */
export function adaHessianE(options: AdaHessianOptions = {}): OptimizerSpec {
  const resolved = resolveHyperparameters("adaHessianE", adaHessianHyperparameters, options);
  return momentumOverCurvature("adaHessianE", resolved, {
    estimate: "squared",
    magnitude: "root_mean",
    observes: "hessianProbe",
  });
}

/**
 * AdaHessian with Jacobi's preconditioner |diag H| (Yao et al. 2021): every step s ← β₂s + (1−β₂)(v ⊙ Hv), signed, so that the
 * noise of the estimate averages out before the absolute value is taken; θ ← (1−λη)θ − η m̂/(|ŝ|ᵏ + ε).
 *
 * With `published` what the code of Chng, Saratchandran & Lucey (2025) does under this name: s ← β₂s + (1−β₂)|Hv| and
 * θ ← (1−λη)θ − η m̂/((√s/√(1−β₂ᵗ))ᵏ + ε). State: first moment, and s. Deviations as for {@linkcode adaHessianE}.
 */
export function adaHessianJ(options: AdaHessianJOptions = {}): OptimizerSpec {
  const resolved = resolveHyperparameters("adaHessianJ", jacobiHyperparameters, options);
  const estimator = resolved.published
    ? { estimate: "absolute", magnitude: "root_mean" } as const
    : { estimate: "signed", magnitude: "absolute_mean" } as const;
  return momentumOverCurvature("adaHessianJ", resolved, { ...estimator, observes: "hessianProbe" });
}

/** What tells the members of the family apart. */
interface CurvatureKind extends Pick<CurvatureEstimate, "estimate"> {
  /** The magnitude of the estimate: √ŝ or |ŝ|. */
  readonly magnitude: "root_mean" | "absolute_mean";
  /** What the estimate is made from. */
  readonly observes: "hessianProbe" | "gaussNewtonSample";
}

/**
 * Momentum divided by a running mean of curvature that is observed at every step: what AdaHessian and its relatives share.
 *
 * @param resolved Every hyper-parameter.
 */
export function momentumOverCurvature(
  name: string,
  resolved: Required<AdaHessianOptions>,
  { estimate, magnitude, observes }: CurvatureKind,
): OptimizerSpec {
  const { learningRate, updateEvery, probes, hessianPower, epsilon, betas: [beta1, beta2], weightDecay } = resolved;
  return {
    name,
    learningRate,
    options: { ...resolved },
    create(context) {
      const mean = new CurvatureAverage(context, { estimate, fold: "mean", beta2 });
      return curvatureCore(context, {
        name,
        schedule: { warmup: 1, updateEvery, initialProbes: probes, probes },
        observes,
        curvature: ["curvature", mean],
        beta1,
        weightDecay,
        kernel: [source, { magnitude }],
        operand: () => ({ curvature: mean.average }),
        uniforms: ({ step, observations }) => ({
          correction1: 1 / decayed(beta1, step + 1),
          correction2: 1 / decayed(beta2, observations),
          power: hessianPower,
          epsilon,
        }),
        diagonal: ({ observations }) => ({
          estimate: mean.average,
          magnitude: magnitude === "root_mean" ? "root" : "absolute",
          correction: 1 / decayed(beta2, observations),
          power: hessianPower,
          epsilon,
        }),
      });
    },
  };
}
