import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import type { DiagonalRule } from "./diagonal_preconditioner.ts";
import { entrywise } from "./entrywise.ts";
import type { BasisRefresh } from "./eigenbases.ts";
import {
  basisRefresh,
  betas,
  decayed,
  epsilon,
  factorsEvery,
  factorsWithin,
  learningRate,
  startEvery,
  updateEvery,
  weightDecay,
} from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import type { OptimizerContext, OptimizerSpec } from "./optimizer.ts";
import { checkIntervals, lateRefresh } from "./refresh_intervals.ts";
import { RotatedCore, type RotatedRates, type RotatedRule, type RotatedVectors } from "./rotated_core.ts";
import { rotationKind } from "./rotation_schedule.ts";
import text from "../../wgsl/optim/soap_adam.wgsl" with { type: "text" };

/** Options of {@linkcode soap}. */
export interface SoapOptions {
  /** The learning rate η. */
  learningRate?: number;
  /** Steps between two refreshes of the eigenbases. */
  updateEvery?: number;
  /** Steps between the first refreshes, at most `updateEvery`; the interval doubles from there, together with the steps so far. */
  startEvery?: number;
  /** Steps between two updates of a factor, counted back from a refresh, at most `startEvery` and `factorsWithin`; left and right sides take turns. */
  factorsEvery?: number;
  /** How many of the last steps before a refresh update factors, at most `updateEvery`; what those before would add decays until then. */
  factorsWithin?: number;
  /** How the eigenbases are refreshed: by a rotation of products only, or by the published QR decomposition. */
  refresh?: BasisRefresh;
  /** The decays β₁ and β₂ of the two moments; β₂ is also that of the factors' averages. */
  betas?: readonly [number, number];
  /** ε, which keeps the denominator above 0. */
  epsilon?: number;
  /** The decoupled weight decay λ. */
  weightDecay?: number;
}

const hyperparameters: Hyperparameters<SoapOptions> = {
  learningRate: learningRate(3e-3),
  updateEvery: updateEvery(10, "refreshes of the eigenbases"),
  startEvery: startEvery("updateEvery"),
  factorsEvery: factorsEvery(),
  factorsWithin: factorsWithin("updateEvery"),
  refresh: basisRefresh("qr"),
  betas: betas(0.95, 0.95),
  epsilon: epsilon(1e-8),
  weightDecay: weightDecay(),
};

/** The entry of the registry. */
export const soapKind = optimizerKind({ name: "soap", paper: "Vyas et al. 2024", hyperparameters, make: soap });

const source = { name: "soap_adam", text };

/**
 * SOAP (Vyas et al. 2024, "SOAP: improving and stabilizing Shampoo using Adam", algorithm 3): Adam in the eigenbases of Shampoo's
 * factors. For each weight matrix, with g' = Q_Lᵀ G Q_R:
 *
 * m ← β₁m + (1−β₁)G; s ← β₂s + (1−β₂)g'²; θ ← (1−λη)θ − η Q_L (m̂'/(√ŝ + ε)) Q_Rᵀ; L ← β₂L + (1−β₂)GGᵀ; R ← β₂R + (1−β₂)GᵀG
 *
 * and every `updateEvery`-th step Q_L and Q_R take one step of orthogonal iteration (see {@linkcode Eigenbasis}), or turn towards the
 * eigenvectors of L and R by a few large products (`refresh: "rotation"`; see {@linkcode BasisRotation}), which is the same to first order. Step 0 moves nothing: it sets L, R and their first bases.
 * With `startEvery` < `updateEvery` refreshes are more frequent at the start: an interval of n steps lasts until step 8n, then it doubles.
 * With `factorsEvery` n > 1 a step in n updates L, the refresh's among them, and one halfway between R, by β₂ⁿ.
 * Biases: Adam with the same constants. State: first moment (unrotated and rotated), second moment, factors, bases.
 *
 * Deviations: those of {@linkcode RotatedCore}. Cost: four products of each matrix's size and half of one for each factor a step, and at a
 * refresh 13 with rotations, or 16 and 200 dispatches with QR decompositions.
 */
export function soap(options: SoapOptions = {}): OptimizerSpec {
  const resolved = resolveHyperparameters("soap", hyperparameters, options);
  checkIntervals("soap", "updateEvery", resolved);
  const { learningRate, updateEvery, startEvery, factorsEvery, factorsWithin, refresh, betas, weightDecay } = resolved;
  const schedule = { basisEvery: updateEvery, startEvery, factorsEvery, factorsWithin };
  return {
    name: "soap",
    learningRate,
    options: { ...resolved },
    // Not step 0, which takes as long as ten others.
    rehearsal: [1, lateRefresh(updateEvery)],
    kindOf: (step) => rotationKind(step, schedule),
    create(context) {
      const rotation = { ...schedule, refresh, averaging: betas[1], weightDecay };
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

  record(vectors: RotatedVectors, rates: RotatedRates, t: number): void {
    const { betas: [beta1, beta2], epsilon } = this.options;
    entrywise(
      this.context,
      source,
      { ...vectors, second_moment: this.diagonal },
      {
        ...rates,
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

  divisor(t: number): DiagonalRule {
    const { betas: [, beta2], epsilon } = this.options;
    return { estimate: this.diagonal, magnitude: "root", correction: 1 / decayed(beta2, t), epsilon };
  }

  [Symbol.dispose](): void {
    this.diagonal[Symbol.dispose]();
  }
}
