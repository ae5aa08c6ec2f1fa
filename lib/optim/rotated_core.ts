import type { DeviceBuffer } from "../gpu/buffer.ts";
import { rangeOf, viewOf } from "../linalg/matrix_view.ts";
import { numberRanges } from "../linalg/ranges.ts";
import { checkOptions } from "../hyperparameter/members.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { DiagonalPreconditioner, type DiagonalRule } from "./diagonal_preconditioner.ts";
import { type BasisRefresh, Eigenbases, turningMatrices } from "./eigenbases.ts";
import type { OptimizerContext, OptimizerCore, StepRequest } from "./optimizer.ts";
import { stateVectors } from "./state_vectors.ts";
import type { OptimizerPreconditioner, PreconditionerMoment } from "./preconditioner.ts";
import { checkSchedule, dueAt, type RotationSchedule } from "./rotation_schedule.ts";

/** What a rule's kernel works on, by the kernel's names. A prime marks a rotated vector, which equals the unrotated one outside matrices. */
export interface RotatedVectors {
  /** The parameters θ, which the rule steps outside rotated matrices. */
  readonly parameters: Vector;
  /** The gradient g. */
  readonly gradient: Vector;
  /** The rotated gradient g', in rotated matrices only. */
  readonly rotated_gradient: Vector;
  /** The running mean m of g, which the rule keeps. */
  readonly first_moment: Vector;
  /** The running mean m' of g', which the rule keeps. */
  readonly rotated_moment: Vector;
  /** For each vec4 the number of its rotated matrix, −1 where there is none. */
  readonly range_of: DeviceBuffer;
  /** Where the rule puts the step of rotated matrices in their bases, without its rate. */
  readonly step: Vector;
}

/** How far a step goes: θ ← shrink·θ − learning_rate·step. */
export interface RotatedRates {
  /** The rate η. */
  readonly learning_rate: number;
  /** 1 − λη. */
  readonly shrink: number;
}

/** An update rule for every entry by itself, in a rotated basis. */
export interface RotatedRule extends Disposable {
  /** What a checkpoint must hold: a number for each entry, which is put in order with the bases if they are sorted. */
  readonly diagonal: Vector;
  /** Called after the diagonal was put into another order. */
  reordered?(): void;
  /** Records m, m' and the step. */
  record(vectors: RotatedVectors, rates: RotatedRates, step: number, observations: number): void;
  /** What the step with this number divided by in the bases. */
  divisor(step: number, observations: number): DiagonalRule;
}

/** Options of {@linkcode RotatedCore}. */
export interface RotationOptions extends RotationSchedule {
  /** How the bases are refreshed. */
  readonly refresh: BasisRefresh;
  /** How much of the factors' averages a step keeps. */
  readonly averaging: number;
  /** The decoupled weight decay λ. */
  readonly weightDecay: number;
}

/**
 * An entrywise rule in the eigenbases of Shampoo's factors (Vyas et al. 2024, algorithm 3): each step the rule's step in the bases is
 * rotated back, then the factors are averaged, and when a refresh is due the bases follow. Step 0 moves nothing: it sets the
 * factors and their eigenvectors.
 *
 * The rotated first moment is kept between refreshes instead of being rotated anew at each step, which is the same but for rounding
 * and saves two of seven products. Where a matrix has a side of more than 64, the first bases are not the factors' eigenvectors but one
 * or two steps of orthogonal iteration from the identity, which take a seventh of the time. Unless `refresh` is `qr`, the later
 * ones turn by {@linkcode BasisRotation}, and matrices with a side of more than 32 times the other are not rotated.
 */
export class RotatedCore implements OptimizerCore {
  readonly multipliesMatrices = true;
  readonly state: Readonly<Record<string, Vector>>;
  readonly #moments;
  readonly #scratch;
  readonly #owned: DisposableStack;
  /** The bases; undefined where none follow. */
  readonly #bases?: Eigenbases;
  readonly #rangeOf: DeviceBuffer;

  /**
   * Allocates the moments, the factors and their eigenvectors.
   *
   * @param diagonalName What the rule's diagonal is called in the state.
   * @param rule The core frees it.
   * @throws {HyperparameterError} If the intervals of the schedule do not fit together.
   */
  constructor(
    readonly context: OptimizerContext,
    readonly options: RotationOptions,
    diagonalName: string,
    readonly rule: RotatedRule,
  ) {
    checkOptions("RotatedCore", options, {
      basisEvery: true,
      startEvery: true,
      factorsEvery: true,
      factorsWithin: true,
      refresh: true,
      averaging: true,
      weightDecay: true,
    });
    using made = new DisposableStack();
    made.use(rule);
    checkSchedule("RotatedCore", options);
    this.#moments = made.use(stateVectors(context, ["firstMoment", "rotatedMoment"]));
    this.#scratch = made.use(stateVectors(context, ["rotatedGradient", "step", "between"]));
    const turning = turningMatrices(context.layout, options.refresh);
    this.#rangeOf = made.use(numberRanges(context.gpu, context.layout.deviceLength, turning.map(viewOf).map(rangeOf)));
    if (turning.length > 0) this.#bases = made.use(new Eigenbases(context, options.refresh));
    this.state = { ...this.#moments, [diagonalName]: rule.diagonal, ...this.#bases?.state };
    this.#owned = made.move();
  }

  /** Records rotating a vector of the layout into the bases. */
  rotate(vector: Vector, result: Vector): void {
    if (this.#bases === undefined) this.context.gpu.copy(vector.buffer, result.buffer);
    else this.#bases.rotate(vector, this.#scratch.between, result);
  }

  update({ parameters, gradient, learningRate }: Required<StepRequest>, step: number, observations: number): void {
    const { averaging, weightDecay, factorsEvery = 1 } = this.options;
    const { rotatedGradient, step: rotatedStep, between } = this.#scratch;
    const { firstMoment, rotatedMoment } = this.#moments;
    const bases = this.#bases;
    if (step === 0) {
      bases?.begin(gradient, 1 - averaging);
      return;
    }
    const shrink = 1 - weightDecay * learningRate;
    bases?.rotateMatrices(gradient, between, rotatedGradient);
    this.rule.record(
      {
        parameters,
        gradient,
        rotated_gradient: rotatedGradient,
        first_moment: firstMoment,
        rotated_moment: rotatedMoment,
        range_of: this.#rangeOf,
        step: rotatedStep,
      },
      { learning_rate: learningRate, shrink },
      step,
      observations,
    );
    if (bases === undefined) return;
    bases.stepBack(rotatedStep, between, parameters, learningRate, shrink);
    const { sides, refresh } = dueAt(step, this.options);
    for (const side of sides) bases.average(side, gradient, averaging ** factorsEvery);
    if (!refresh) return;
    if (bases.refresh(this.rule.diagonal, between)) this.rule.reordered?.();
    bases.rotate(firstMoment, between, rotatedMoment);
  }

  /** D = Q S Qᵀ with the bases Q and the rule's diagonal S, so that C = Q S^−½; undefined before a step has moved the parameters. */
  preconditioner({ step, observations }: PreconditionerMoment): Promise<OptimizerPreconditioner | undefined> {
    if (step < 2) return Promise.resolve(undefined);
    using made = new DisposableStack();
    const diagonal = made.use(new DiagonalPreconditioner(this.context, this.rule.divisor(step - 1, observations)));
    const bases = this.#bases;
    if (bases === undefined) {
      made.move();
      return Promise.resolve(diagonal);
    }
    const { gpu, layout } = this.context;
    const [rotated, between] = ["rotated", "between"].map((label) => made.use(createVector(gpu, layout, label)));
    const owned = made.move();
    return Promise.resolve({
      applyFactor(direction, into) {
        diagonal.applyFactor(direction, rotated);
        bases.rotateBack(rotated, between, into);
      },
      applyTransposedFactor(direction, into) {
        bases.rotate(direction, between, rotated);
        diagonal.applyFactor(rotated, into);
      },
      [Symbol.dispose]: () => owned.dispose(),
    });
  }

  /** Called after the state was written. */
  restored(): void {
    this.#bases?.restored();
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
