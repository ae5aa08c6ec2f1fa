import { linearGroups } from "../gpu/groups.ts";
import { createVector, type Vector } from "../field/vector.ts";
import { Eigenbasis } from "../linalg/eigenbasis.ts";
import { viewOf } from "../linalg/matrix_view.ts";
import { numberTable } from "../linalg/number_table.ts";
import { Squares } from "../linalg/squares.ts";
import { checkRanges, checkWhole, decayed } from "./hyperparameters.ts";
import { type OptimizerContext, type OptimizerCore, type OptimizerSpec, stateVectors } from "./optimizer.ts";
import { maskOf, TwoSided, weightsOf } from "./two_sided.ts";
import adamText from "../../wgsl/soap_adam.wgsl" with { type: "text" };
import reorderText from "../../wgsl/reorder_moment.wgsl" with { type: "text" };
import stepText from "../../wgsl/soap_step.wgsl" with { type: "text" };

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

const adamSource = { name: "soap_adam", text: adamText };
const stepSource = { name: "soap_step", text: stepText };
const reorderSource = { name: "reorder_moment", text: reorderText };

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
 * Deviation: none but that the rotated first moment is kept between refreshes instead of being rotated anew at each step, which is the
 * same but for rounding and saves two of seven products. Cost: five products of each matrix's size a step and about 13 at a refresh.
 */
export function soap(options: SoapOptions = {}): OptimizerSpec {
  const { learningRate = 3e-3, updateEvery = 10, betas = [0.95, 0.95], epsilon = 1e-8, weightDecay = 0 } = options;
  const [beta1, beta2] = betas;
  checkRanges("soap", {
    learningRate: [learningRate, ">", 0],
    updateEvery: [updateEvery, "≥", 1],
    "betas[0]": [beta1, "≥", 0, "<", 1],
    "betas[1]": [beta2, "≥", 0, "<", 1],
    epsilon: [epsilon, ">", 0],
    weightDecay: [weightDecay, "≥", 0],
  });
  checkWhole("soap", { updateEvery });
  const resolved = { learningRate, updateEvery, betas, epsilon, weightDecay };
  return {
    name: "soap",
    learningRate,
    options: resolved,
    // Not step 0, which takes seconds on the software adapter.
    rehearsal: [1, updateEvery],
    create: (context) => new SoapCore(context, resolved),
  };
}

class SoapCore implements OptimizerCore {
  readonly multipliesMatrices = true;
  readonly state: Readonly<Record<string, Vector>>;
  readonly #moments;
  readonly #scratch;
  readonly #mask;
  /** Absent where a layout has no matrices. */
  readonly #matrices?: MatrixState;

  constructor(readonly context: OptimizerContext, readonly options: Required<SoapOptions>) {
    const { gpu, layout } = context;
    this.#moments = stateVectors(context, ["firstMoment", "rotatedMoment", "secondMoment"]);
    this.#scratch = stateVectors(context, ["rotatedGradient", "adamStep", "rotatedBack", "between"]);
    const weights = weightsOf(layout);
    this.#mask = maskOf(gpu, layout, weights);
    if (weights.length > 0) this.#matrices = new MatrixState(context);
    this.state = { ...this.#moments, ...this.#matrices?.state };
  }

  update({ parameters, gradient, learningRate }: Parameters<OptimizerCore["update"]>[0], step: number): void {
    const { gpu, layout } = this.context;
    const { betas: [beta1, beta2], epsilon, weightDecay, updateEvery } = this.options;
    const length = layout.deviceLength / 4;
    const groups = linearGroups(length, 64);
    const { rotatedGradient, adamStep, rotatedBack, between } = this.#scratch;
    const { firstMoment, rotatedMoment, secondMoment } = this.#moments;
    const matrices = this.#matrices;
    if (step === 0) {
      matrices?.begin(gradient, 1 - beta2);
      return;
    }
    matrices?.sides.rotate(gradient.buffer, matrices.basis.buffer, between.buffer, rotatedGradient.buffer);
    gpu.dispatch(
      gpu.kernel(adamSource),
      {
        gradient: gradient.buffer,
        rotated_gradient: rotatedGradient.buffer,
        matrix: this.#mask,
        first_moment: firstMoment.buffer,
        rotated_moment: rotatedMoment.buffer,
        second_moment: secondMoment.buffer,
        step: adamStep.buffer,
      },
      {
        length,
        beta1,
        beta2,
        rest1: 1 - beta1,
        rest2: 1 - beta2,
        correction1: 1 / decayed(beta1, step),
        correction2: 1 / decayed(beta2, step),
        epsilon,
      },
      groups,
    );
    matrices?.sides.rotateBack(adamStep.buffer, matrices.basis.buffer, between.buffer, rotatedBack.buffer);
    gpu.dispatch(
      gpu.kernel(stepSource),
      { parameters: parameters.buffer, step: adamStep.buffer, rotated_back: rotatedBack.buffer, matrix: this.#mask },
      { length, learning_rate: learningRate, shrink: 1 - weightDecay * learningRate },
      groups,
    );
    if (matrices === undefined) return;
    matrices.sides.gram(gradient.buffer, matrices.factors.buffer, beta2, 1 - beta2);
    if (step % updateEvery !== 0) return;
    matrices.refresh(secondMoment, between);
    matrices.sides.rotate(firstMoment.buffer, matrices.basis.buffer, between.buffer, rotatedMoment.buffer);
  }

  dispose(): void {
    for (const vector of Object.values(this.#scratch)) vector[Symbol.dispose]();
    this.#mask[Symbol.dispose]();
    this.#matrices?.[Symbol.dispose]();
  }
}

/** Factors and bases of the weight matrices. */
class MatrixState implements Disposable {
  readonly state: Readonly<Record<string, Vector>>;
  readonly factors: Vector;
  readonly basis: Vector;
  readonly sides: TwoSided;
  readonly #squares: Squares;
  readonly #eigenbasis: Eigenbasis;
  readonly #places;
  readonly #largest: number;
  readonly #count: number;

  constructor(readonly context: OptimizerContext) {
    const { gpu, layout } = context;
    const weights = weightsOf(layout);
    const matrices = weights.map((weight) => ({ ...weight, view: viewOf(weight) }));
    this.sides = new TwoSided(gpu, matrices);
    this.#squares = new Squares(gpu, this.sides.layout);
    this.#eigenbasis = new Eigenbasis(this.#squares);
    this.factors = createVector(gpu, this.sides.layout, "factors");
    this.basis = createVector(gpu, this.sides.layout, "basis");
    const identities = new Float32Array(this.sides.layout.parameterCount);
    for (const { flat, rows } of this.sides.layout) {
      for (let i = 0; i < rows; i++) identities[flat + i * (rows + 1)] = 1;
    }
    this.basis.write(identities);
    this.state = { factors: this.factors, basis: this.basis };
    const { largest } = this.#squares;
    const places = matrices.flatMap(({ view: { offset, stride, rows } }, i) => {
      return [offset / 4, stride / 4, rows, 0, 2 * i * largest / 4, (2 * i + 1) * largest / 4, 0, 0];
    });
    this.#places = numberTable(gpu, "matrices to reorder", places);
    this.#largest = Math.max(...matrices.map(({ view }) => view.rows * view.columns));
    this.#count = matrices.length;
  }

  /** Records the first factors and their eigenvectors. */
  begin(gradient: Vector, share: number): void {
    this.sides.gram(gradient.buffer, this.factors.buffer, 0, share);
    this.#eigenbasis.compute(this.factors.buffer, this.basis.buffer);
  }

  /** Records bringing the bases up to date, and the second moments into their order. */
  refresh(secondMoment: Vector, scratch: Vector): void {
    const { gpu } = this.context;
    this.#eigenbasis.refresh(this.factors.buffer, this.basis.buffer);
    gpu.copy(secondMoment.buffer, scratch.buffer);
    gpu.dispatch(
      gpu.kernel(reorderSource),
      {
        matrices: this.#places,
        before: scratch.buffer,
        order: this.#eigenbasis.order,
        s: secondMoment.buffer,
      },
      {},
      [...linearGroups(this.#largest / 4, 64), this.#count],
    );
  }

  /** Frees what is not among `state`. */
  [Symbol.dispose](): void {
    for (const each of [this.sides, this.#squares, this.#eigenbasis, this.#places]) each[Symbol.dispose]();
  }
}
