import { linearGroups } from "../gpu/groups.ts";
import { checkRanges } from "./hyperparameters.ts";
import { type OptimizerSpec, stateVectors } from "./optimizer.ts";
import text from "../../wgsl/sgd_step.wgsl" with { type: "text" };

/** Options of {@linkcode sgd}. */
export interface SgdOptions {
  /** η > 0, 1 by default (the published setting). */
  learningRate?: number;
  /** μ in [0, 1), 0 by default. */
  momentum?: number;
  /** Nesterov's momentum; needs μ > 0. */
  nesterov?: boolean;
  /** λ ≥ 0, 0 by default; decoupled. */
  weightDecay?: number;
}

const source = { name: "sgd_step", text };

/**
 * Gradient descent: buf ← μ buf + g, θ ← (1−λη)θ − η buf, or with Nesterov's momentum − η(g + μ buf) (Sutskever et al. 2013,
 * in PyTorch's form). State: momentum. Deviation: weight decay is decoupled.
 */
export function sgd(options: SgdOptions = {}): OptimizerSpec {
  const { learningRate = 1, momentum = 0, nesterov = false, weightDecay = 0 } = options;
  checkRanges("sgd", {
    learningRate: [learningRate, ">", 0],
    momentum: [momentum, "≥", 0, "<", 1],
    weightDecay: [weightDecay, "≥", 0],
  });
  if (nesterov && momentum === 0) throw new Error("sgd: nesterov needs a momentum > 0, 0 found.");
  return {
    name: "sgd",
    learningRate,
    options: { learningRate, momentum, nesterov, weightDecay },
    create(context) {
      const state = stateVectors(context, ["momentum"]);
      const { gpu, layout } = context;
      const length = layout.deviceLength / 4;
      return {
        state,
        update({ parameters, gradient, learningRate }) {
          gpu.dispatch(
            gpu.kernel(source),
            { parameters: parameters.buffer, gradient: gradient.buffer, momentum: state.momentum.buffer },
            {
              length,
              learning_rate: learningRate,
              shrink: 1 - weightDecay * learningRate,
              momentum_factor: momentum,
              nesterov: nesterov ? 1 : 0,
            },
            linearGroups(length, 64),
          );
        },
      };
    },
  };
}
