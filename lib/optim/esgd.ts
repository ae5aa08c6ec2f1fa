import { curvatureCore } from "./curvature_core.ts";
import { Equilibration } from "./equilibration.ts";
import { checkHyperparameters, checkWord, decayed } from "./hyperparameters.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import text from "../../wgsl/optim/esgd_step.wgsl" with { type: "text" };

/** Options of {@linkcode esgd}. */
export interface EsgdOptions {
  /** η > 0, 0.5 by default. */
  learningRate?: number;
  /** After the warm-up a probe is taken every so many steps; 100 by default. */
  updateEvery?: number;
  /** Steps at the start that take a probe each; 50 by default. */
  warmup?: number;
  /** ε > 0, 1e−4 by default. */
  epsilon?: number;
  /** β₁, β₂ in [0, 1), 0.9 and 0.999 by default. */
  betas?: readonly [number, number];
  /**
   * What the preconditioner's bias is corrected by: `"updates"`, the number of probes it was updated with (default), or
   * `"steps"`, the step count, as in the published code, where it acts as a hidden learning-rate ramp.
   */
  biasCorrection?: "updates" | "steps";
  /** Probes at step 0, 16 by default; 1 in the published code, whose first steps a single small |Hv| can make explode. */
  initialProbes?: number;
  /** Probes at every later step that takes any, 1 by default. */
  probes?: number;
  /** ρ ≥ 0: adds ρ times the preconditioner's rms, segment by segment, to ε; 0 by default. */
  relativeDamping?: number;
  /** λ ≥ 0, decoupled; 0 by default. */
  weightDecay?: number;
}

const source = { name: "esgd_step", text };

/**
 * Options of an optimizer of ESGD's kind with their defaults.
 *
 * @param own Hyper-parameters that only this one of them has, resolved.
 * @throws With the optimizer's name where one is out of range, or there is no such option.
 */
export function resolveEsgd<Own extends OptimizerSpec["options"]>(
  name: string,
  options: EsgdOptions,
  own: Own,
): Required<EsgdOptions> & Own {
  const {
    learningRate = 0.5,
    updateEvery = 100,
    warmup = 50,
    epsilon = 1e-4,
    betas = [0.9, 0.999],
    biasCorrection = "updates",
    initialProbes = 16,
    probes = 1,
    relativeDamping = 0,
    weightDecay = 0,
  } = options;
  const resolved = {
    learningRate,
    updateEvery,
    warmup,
    epsilon,
    betas,
    biasCorrection,
    initialProbes,
    probes,
    relativeDamping,
    weightDecay,
    ...own,
  };
  checkWord(name, "biasCorrection", biasCorrection, ["updates", "steps"]);
  checkHyperparameters(name, options, resolved, { relativeDamping: ["≥", 0] });
  return resolved;
}

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
  const resolved = resolveEsgd("esgd", options, {});
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
      });
    },
  };
}
