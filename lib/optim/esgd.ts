import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { FROM_0, oneOf } from "../hyperparameter/range.ts";
import { curvatureCore } from "./curvature_core.ts";
import { Equilibration } from "./equilibration.ts";
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
import text from "../../wgsl/optim/esgd_step.wgsl" with { type: "text" };

/** Options of {@linkcode esgd}. */
export interface EsgdOptions {
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
  /**
   * What the preconditioner's bias is corrected by: `"updates"`, the number of probes it was updated with, or
   * `"steps"`, the step count, as in the published code, where it acts as a hidden learning-rate ramp.
   */
  biasCorrection?: "updates" | "steps";
  /** Probes at step 0; 1 in the published code, whose first steps a single small |Hv| can make explode. */
  initialProbes?: number;
  /** Probes at every later step that takes any. */
  probes?: number;
  /** ρ: adds ρ times the preconditioner's rms, segment by segment, to ε. */
  relativeDamping?: number;
  /** The decoupled weight decay λ. */
  weightDecay?: number;
}

/** The hyper-parameters of ESGD, which its relatives share. */
export const esgdHyperparameters: Hyperparameters<EsgdOptions> = {
  learningRate: learningRate(0.5),
  updateEvery: updateEvery(100, "probes, after the first steps, which all take probes"),
  warmup: warmup(50),
  epsilon: epsilon(1e-4),
  betas: betas(0.9, 0.999),
  biasCorrection: {
    range: oneOf("updates", "steps"),
    default: "updates",
    doc: "What corrects the preconditioner's bias: the number of its updates or, as in the published code, of steps",
  },
  initialProbes: initialProbes(16),
  probes: probes(1),
  relativeDamping: { range: FROM_0, default: 0, doc: "Damping ρ relative to the preconditioner's rms, added to ε" },
  weightDecay: weightDecay(),
};

/** The entry of the registry. */
export const esgdKind = optimizerKind({
  name: "esgd",
  paper: "Dauphin, de Vries & Bengio 2015; Chng, Saratchandran & Lucey 2025",
  hyperparameters: esgdHyperparameters,
  make: esgd,
});

const source = { name: "esgd_step", text };

/**
 * ESGD: momentum divided by the equilibrated preconditioner, the row 2-norms of the Hessian estimated from products with random
 * signs (Dauphin, de Vries & Bengio 2015; Chng, Saratchandran & Lucey 2025):
 *
 * for each probe when due d ← β₂d + (1−β₂)(Hv)²; m ← β₁m + (1−β₁)g; θ ← (1−λη)θ − η m̂/(√d/√(1−β₂^κ) + ε)
 *
 * Probes are due at steps 0 … warmup−1, then every `updateEvery`-th. State: first moment, and d. Deviations from the published
 * code are the defaults of `initialProbes` and `biasCorrection`; its behaviour is `{ initialProbes: 1, biasCorrection: "steps" }`.
 */
export function esgd(options: EsgdOptions = {}): OptimizerSpec {
  const resolved = resolveHyperparameters("esgd", esgdHyperparameters, options);
  const { epsilon, betas: [beta1, beta2], biasCorrection, relativeDamping, weightDecay } = resolved;
  return {
    name: "esgd",
    learningRate: resolved.learningRate,
    options: { ...resolved },
    create(context) {
      const equilibration = new Equilibration(context, beta2, relativeDamping);
      return curvatureCore(context, {
        name: "esgd",
        schedule: resolved,
        curvature: ["squaredProducts", equilibration],
        beta1,
        weightDecay,
        kernel: [source],
        operand: () => ({ preconditioner: equilibration.preconditioner() }),
        uniforms: ({ step, observations }) => ({
          correction1: 1 / decayed(beta1, step + 1),
          correction2: 1 / Math.sqrt(decayed(beta2, biasCorrection === "steps" ? step + 1 : observations)),
          epsilon,
        }),
        diagonal: ({ step, observations }) => ({
          estimate: equilibration.preconditioner(),
          magnitude: "absolute",
          correction: 1 / Math.sqrt(decayed(beta2, biasCorrection === "steps" ? step : observations)),
          epsilon,
        }),
      });
    },
  };
}
