import { linearGroups } from "../gpu/groups.ts";
import { probesDue } from "./curvature.ts";
import { Equilibration } from "./equilibration.ts";
import { checkRanges, checkWhole, decayed } from "./hyperparameters.ts";
import { type OptimizerSpec, stateVectors } from "./optimizer.ts";
import stepText from "../../wgsl/esgd_step.wgsl" with { type: "text" };

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

const stepSource = { name: "esgd_step", text: stepText };

/**
 * Options of an optimizer of ESGD's kind with their defaults.
 *
 * @throws With the optimizer's name where one is out of range.
 */
export function resolveEsgd(name: string, options: EsgdOptions): Required<EsgdOptions> {
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
  checkRanges(name, {
    learningRate: [learningRate, ">", 0],
    updateEvery: [updateEvery, "≥", 1],
    warmup: [warmup, "≥", 0],
    epsilon: [epsilon, ">", 0],
    "betas[0]": [betas[0], "≥", 0, "<", 1],
    "betas[1]": [betas[1], "≥", 0, "<", 1],
    initialProbes: [initialProbes, "≥", 1],
    probes: [probes, "≥", 1],
    relativeDamping: [relativeDamping, "≥", 0],
    weightDecay: [weightDecay, "≥", 0],
  });
  checkWhole(name, { updateEvery, warmup, initialProbes, probes });
  if (biasCorrection !== "updates" && biasCorrection !== "steps") {
    throw new Error(`${name}: biasCorrection: "updates" or "steps" expected, "${biasCorrection}" found.`);
  }
  return {
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
  };
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
  const resolved = resolveEsgd("esgd", options);
  const { epsilon, betas: [beta1, beta2], biasCorrection, relativeDamping, weightDecay } = resolved;
  return {
    name: "esgd",
    learningRate: resolved.learningRate,
    options: { ...resolved },
    create(context) {
      const { gpu, layout } = context;
      const { firstMoment } = stateVectors(context, ["firstMoment"]);
      const length = layout.deviceLength / 4;
      const equilibration = new Equilibration(context, beta2, relativeDamping);
      return {
        state: { firstMoment, squaredProducts: equilibration.average },
        requests: (step) => ({ hessianProbes: probesDue(step, resolved) }),
        observe: (observation) => equilibration.observe(observation),
        update({ parameters, gradient, learningRate }, step, observations) {
          if (observations === 0) throw new Error("esgd: the first step needs a probe; see requests() and observe().");
          const kappa = biasCorrection === "steps" ? step + 1 : observations;
          gpu.dispatch(
            gpu.kernel(stepSource),
            {
              parameters: parameters.buffer,
              gradient: gradient.buffer,
              first_moment: firstMoment.buffer,
              preconditioner: equilibration.preconditioner().buffer,
            },
            {
              length,
              learning_rate: learningRate,
              shrink: 1 - weightDecay * learningRate,
              beta1,
              rest1: 1 - beta1,
              correction1: 1 / decayed(beta1, step + 1),
              correction2: 1 / Math.sqrt(decayed(beta2, kappa)),
              epsilon,
            },
            linearGroups(length, 64),
          );
        },
        restored: () => equilibration.changed(),
        dispose: () => equilibration[Symbol.dispose](),
      };
    },
  };
}
