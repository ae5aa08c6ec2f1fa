import { CurvatureAverage, type CurvatureEstimate } from "./curvature.ts";
import { curvatureCore } from "./curvature_core.ts";
import { checkHyperparameters, decayed } from "./hyperparameters.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import text from "../../wgsl/optim/adahessian_step.wgsl" with { type: "text" };

/** Options of {@linkcode adaHessianE}. */
export interface AdaHessianOptions {
  /** η > 0, 0.15 by default. */
  learningRate?: number;
  /** A probe is taken every so many steps from step 0; 1 by default. */
  updateEvery?: number;
  /** Probes at every step that takes any, 1 by default. */
  probes?: number;
  /** k in [0, 1], the Hessian power: 1 (default) divides by the curvature, 0 not at all. */
  hessianPower?: number;
  /** ε > 0, 1e−4 by default. */
  epsilon?: number;
  /** β₁, β₂ in [0, 1), 0.9 and 0.999 by default. */
  betas?: readonly [number, number];
  /** λ ≥ 0, decoupled; 0 by default. */
  weightDecay?: number;
}

/** Options of {@linkcode adaHessianJ}. */
export interface AdaHessianJOptions extends AdaHessianOptions {
  /** The estimator of the published code: the mean of |Hv| in place of |mean of v ⊙ Hv|; `false` by default. */
  published?: boolean;
}

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
  return momentumOverCurvature("adaHessianE", options, {
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
  const { published = false } = options;
  const estimator = published
    ? { estimate: "absolute", magnitude: "root_mean" } as const
    : { estimate: "signed", magnitude: "absolute_mean" } as const;
  return momentumOverCurvature("adaHessianJ", options, { ...estimator, observes: "hessianProbe" }, { published });
}

/** What tells the members of the family apart. */
interface CurvatureKind extends Pick<CurvatureEstimate, "estimate"> {
  /** √ŝ, or |ŝ|. */
  readonly magnitude: "root_mean" | "absolute_mean";
  /** What the estimate is made from. */
  readonly observes: "hessianProbe" | "gaussNewtonSample";
}

/**
 * Momentum divided by a running mean of curvature that is observed at every step: what AdaHessian and its relatives share.
 *
 * @param own Hyper-parameters that only this one of them has, resolved.
 */
export function momentumOverCurvature(
  name: string,
  options: AdaHessianOptions,
  { estimate, magnitude, observes }: CurvatureKind,
  own: OptimizerSpec["options"] = {},
): OptimizerSpec {
  const {
    learningRate = 0.15,
    updateEvery = 1,
    probes = 1,
    hessianPower = 1,
    epsilon = 1e-4,
    betas = [0.9, 0.999],
    weightDecay = 0,
  } = options;
  const resolved = { learningRate, updateEvery, probes, hessianPower, epsilon, betas, weightDecay, ...own };
  checkHyperparameters(name, options, resolved, { hessianPower: ["≥", 0, "≤", 1] });
  const [beta1, beta2] = betas;
  return {
    name,
    learningRate,
    options: resolved,
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
      });
    },
  };
}
