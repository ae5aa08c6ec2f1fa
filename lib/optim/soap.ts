import { createVector, type Vector } from "../linalg/vector.ts";
import { entrywise } from "./entrywise.ts";
import { checkHyperparameters, decayed } from "./hyperparameters.ts";
import type { OptimizerContext, OptimizerSpec } from "./optimizer.ts";
import { RotatedCore, type RotatedRule, type RotatedVectors } from "./rotated_core.ts";
import text from "../../wgsl/optim/soap_adam.wgsl" with { type: "text" };

/** Options of {@linkcode soap}. */
export interface SoapOptions {
  /** η > 0, 3e−3 by default. */
  learningRate?: number;
  /** The eigenbases are brought up to date every so many steps, 10 by default. */
  updateEvery?: number;
  /** β₁, β₂ in [0, 1), both 0.95 by default; β₂ is also that of the factors' averages. */
  betas?: readonly [number, number];
  /** ε > 0, 1e−8 by default. */
  epsilon?: number;
  /** λ ≥ 0, decoupled; 0 by default. */
  weightDecay?: number;
}

const source = { name: "soap_adam", text };

/**
 * SOAP (Vyas et al. 2024, "SOAP: improving and stabilizing Shampoo using Adam", algorithm 3): Adam in the eigenbases of Shampoo's
 * factors. For each weight matrix, with g' = Q_Lᵀ G Q_R:
 *
 * m ← β₁m + (1−β₁)G; s ← β₂s + (1−β₂)g'²; θ ← (1−λη)θ − η Q_L (m̂'/(√ŝ + ε)) Q_Rᵀ; L ← β₂L + (1−β₂)GGᵀ; R ← β₂R + (1−β₂)GᵀG
 *
 * and every `updateEvery`-th step one step of orthogonal iteration on Q_L and Q_R (see {@linkcode Eigenbasis}). Step 0 moves nothing: it
 * sets L, R and their eigenvectors. Biases: Adam with the same constants. State: first moment (unrotated and rotated), second moment,
 * factors, bases.
 *
 * Deviation: none but that of {@linkcode RotatedCore}. Cost: five products of each matrix's size a step and about 13 at a refresh.
 */
export function soap(options: SoapOptions = {}): OptimizerSpec {
  const { learningRate = 3e-3, updateEvery = 10, betas = [0.95, 0.95], epsilon = 1e-8, weightDecay = 0 } = options;
  const resolved = { learningRate, updateEvery, betas, epsilon, weightDecay };
  checkHyperparameters("soap", options, resolved);
  return {
    name: "soap",
    learningRate,
    options: resolved,
    // Not step 0, which takes seconds on the software adapter.
    rehearsal: [1, updateEvery],
    create(context) {
      const rotation = { basisEvery: updateEvery, averaging: betas[1], weightDecay };
      return new RotatedCore(context, rotation, "secondMoment", new AdamRule(context, resolved));
    },
  };
}

/** Adam on every entry. */
class AdamRule implements RotatedRule {
  readonly diagonal: Vector;

  constructor(readonly context: OptimizerContext, readonly options: Pick<Required<SoapOptions>, "betas" | "epsilon">) {
    this.diagonal = createVector(context.gpu, context.layout, "secondMoment");
  }

  record({ gradient, rotatedGradient, firstMoment, rotatedMoment, step }: RotatedVectors, t: number): void {
    const { betas: [beta1, beta2], epsilon } = this.options;
    entrywise(
      this.context,
      source,
      {
        gradient,
        rotated_gradient: rotatedGradient,
        first_moment: firstMoment,
        rotated_moment: rotatedMoment,
        second_moment: this.diagonal,
        step,
      },
      {
        beta1,
        beta2,
        rest1: 1 - beta1,
        rest2: 1 - beta2,
        correction1: 1 / decayed(beta1, t),
        correction2: 1 / decayed(beta2, t),
        epsilon,
      },
    );
  }

  [Symbol.dispose](): void {
    this.diagonal[Symbol.dispose]();
  }
}
