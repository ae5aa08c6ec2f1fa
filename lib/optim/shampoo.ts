import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { oneOf } from "../hyperparameter/range.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { rangeOf, viewOf } from "../linalg/matrix_view.ts";
import { Norms } from "../linalg/norms.ts";
import { numberRanges } from "../linalg/ranges.ts";
import { DiagonalPreconditioner } from "./diagonal_preconditioner.ts";
import { entrywise } from "./entrywise.ts";
import { decayed, learningRate, momentum, updateEvery, weightDecay } from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import type { OptimizerContext, OptimizerCore, OptimizerSpec } from "./optimizer.ts";
import { stateVectors } from "./state_vectors.ts";
import type { OptimizerPreconditioner, PreconditionerMoment } from "./preconditioner.ts";
import { blocksOf, ShampooBlocks } from "./shampoo_blocks.ts";
import { weightsOf } from "../linalg/linear_maps.ts";
import directionText from "../../wgsl/optim/graft_direction.wgsl" with { type: "text" };
import stepText from "../../wgsl/optim/shampoo_step.wgsl" with { type: "text" };

/** Options of {@linkcode shampoo}. */
export interface ShampooOptions {
  /** The learning rate η; with `grafting: "adam"` rates as Adam's fit. */
  learningRate?: number;
  /** Steps between two computations of the roots. */
  updateEvery?: number;
  /** Matrices are cut at multiples of this. Those with no more entries than this are left alone. */
  blockSize?: number;
  /** ε: the factors start at εI, and ε times the largest eigenvalue is added before the root. */
  epsilon?: number;
  /** The factor μ of Nesterov's momentum. */
  momentum?: number;
  /** Whose norm the steps have: the gradient's, or that of Adam's step without momentum. */
  grafting?: "sgd" | "adam";
  /** The decoupled weight decay λ. */
  weightDecay?: number;
}

/** The rate, the momentum and the interval are the published ones. */
const hyperparameters: Hyperparameters<ShampooOptions> = {
  learningRate: learningRate(0.1),
  updateEvery: updateEvery(1, "computations of the roots"),
  blockSize: {
    range: { type: "number", whole: true, min: 16, multipleOf: 16 },
    default: 128,
    doc: "Side of the blocks that matrices are cut into; a multiple of 16",
  },
  epsilon: {
    range: { type: "number", exclusiveMin: 0, exclusiveMax: 1 },
    default: 1e-6,
    doc: "Number ε, which is added to the factors relative to their largest eigenvalue",
  },
  momentum: momentum(0.9),
  grafting: {
    range: oneOf("sgd", "adam"),
    default: "sgd",
    doc: "Whose norm the steps have: the gradient's (sgd), or that of Adam's step without momentum (adam)",
  },
  weightDecay: weightDecay(),
};

/** The entry of the registry. */
export const shampooKind = optimizerKind({
  name: "shampoo",
  paper: "Gupta, Koren & Singer 2018; Anil et al. 2020",
  hyperparameters,
  make: shampoo,
});

const directionSource = { name: "graft_direction", text: directionText };
const stepSource = { name: "shampoo_step", text: stepText };

/** β₂ and ε of the Adam whose norm may be grafted. */
const [GRAFT_BETA2, GRAFT_EPSILON] = [0.999, 1e-8];

/**
 * Shampoo (Gupta, Koren & Singer 2018, "Shampoo: preconditioned stochastic tensor optimization", algorithm 1; blocks and grafting after
 * Anil et al. 2020): weight matrices of more than `blockSize` entries are cut into blocks, each with its own factors, and
 *
 * L ← L + GGᵀ; R ← R + GᵀG; P = L^{−1/4} G R^{−1/4}, scaled to ‖G‖ over the whole matrix; buf ← μ buf + P; θ ← (1−λη)θ − η(P + μ buf)
 *
 * with P = G for all else. State: momentum, factors, roots, and Adam's second moment if grafted to it. Deviations from the published
 * code: ε = 1e−6 instead of 1e−12, which is below f32's noise, and relative to the largest eigenvalue before the root; the
 * momentum is Nesterov's (the published code adds its buffer twice a step).
 *
 * Cost: see `InverseRoots`. For a field of 4 × 256 the roots take 4 GFLOP, several times what the gradient of 512 rows takes,
 * so that an interval of 10 or 20 steps pays.
 */
export function shampoo(options: ShampooOptions = {}): OptimizerSpec {
  const resolved = resolveHyperparameters("shampoo", hyperparameters, options);
  return {
    name: "shampoo",
    learningRate: resolved.learningRate,
    options: { ...resolved },
    kindOf: (step) => isDue(step, resolved) ? "roots" : "",
    create: (context) => new ShampooCore(context, resolved),
  };
}

/** Whether a step computes new roots. */
function isDue(step: number, { updateEvery }: { readonly updateEvery: number }): boolean {
  return step % updateEvery === 0;
}

class ShampooCore implements OptimizerCore {
  readonly multipliesMatrices = true;
  readonly state: Readonly<Record<string, Vector>>;
  readonly #momentum: Vector;
  /** Adam's second moment; undefined unless its norm is grafted. */
  readonly #graft?: { readonly secondMoment: Vector; readonly direction: Vector };
  readonly #preconditioned: Vector;
  readonly #between: Vector;
  readonly #rangeOf: DeviceBuffer;
  readonly #norms?: { readonly direction: Norms; readonly preconditioned: Norms };
  /** For each block the number of its matrix. */
  readonly #matrixOf: readonly number[];
  readonly #blocks?: ShampooBlocks;
  readonly #none: DeviceBuffer;
  readonly #owned: DisposableStack;

  constructor(readonly context: OptimizerContext, readonly options: Required<ShampooOptions>) {
    const { gpu, layout } = context;
    using made = new DisposableStack();
    this.#momentum = made.use(createVector(gpu, layout, "momentum"));
    if (options.grafting === "adam") this.#graft = made.use(stateVectors(context, ["secondMoment", "direction"]));
    this.#preconditioned = made.use(createVector(gpu, layout, "preconditioned"));
    this.#between = made.use(createVector(gpu, layout, "half preconditioned"));
    this.#none = made.use(gpu.buffer("no norms", 16));
    const weights = weightsOf(layout).filter(({ size }) => size > options.blockSize);
    const ranges = weights.map(viewOf).map(rangeOf);
    this.#rangeOf = made.use(numberRanges(gpu, layout.deviceLength, ranges));
    this.#matrixOf = weights.flatMap((weight, i) => blocksOf(weight, options.blockSize).map(() => i));
    if (weights.length > 0) {
      const direction = made.use(new Norms(gpu, ranges));
      this.#norms = { direction, preconditioned: made.use(new Norms(gpu, ranges)) };
      const blocks = weights.flatMap((weight) => blocksOf(weight, options.blockSize));
      this.#blocks = made.use(new ShampooBlocks(context, blocks, options.epsilon));
    }
    this.state = {
      momentum: this.#momentum,
      ...this.#graft && { secondMoment: this.#graft.secondMoment },
      ...this.#blocks?.state,
    };
    this.#owned = made.move();
  }

  update({ parameters, gradient, learningRate }: Parameters<OptimizerCore["update"]>[0], step: number): void {
    const { momentum, weightDecay } = this.options;
    const preconditioned = this.#preconditioned;
    this.#blocks?.follow(gradient.buffer, isDue(step, this.options));
    const direction = this.#direction(gradient, step + 1, GRAFT_BETA2);
    entrywise(
      this.context,
      stepSource,
      {
        parameters,
        direction,
        preconditioned,
        momentum: this.#momentum,
        range_of: this.#rangeOf,
        direction_norms: this.#norms?.direction.buffer ?? this.#none,
        preconditioned_norms: this.#norms?.preconditioned.buffer ?? this.#none,
      },
      {
        learning_rate: learningRate,
        shrink: 1 - weightDecay * learningRate,
        momentum_factor: momentum,
      },
    );
  }

  /**
   * D⁻¹ = r L^{−1/4} ⊗ R^{−1/4} in each block, r being the factor by which grafting scales its matrix. Elsewhere D is Adam's if the steps
   * are grafted to it, or I.
   */
  async preconditioner({ step, gradient }: PreconditionerMoment): Promise<OptimizerPreconditioner | undefined> {
    if (this.#norms === undefined || this.#blocks === undefined) return undefined;
    // A decay of 1 leaves Adam's second moment alone.
    this.#direction(gradient, step, 1);
    const { direction, preconditioned } = this.#norms;
    const norms = await this.context.gpu.read(direction.buffer, preconditioned.buffer);
    const [lengths, found] = norms.map((bytes) => new Float32Array(bytes));
    const scales = this.#matrixOf.map((i) => found[i] > 0 ? lengths[i] / found[i] : 1);
    const adams = this.#graft && new DiagonalPreconditioner(this.context, {
      estimate: this.#graft.secondMoment,
      magnitude: "root",
      correction: 1 / decayed(GRAFT_BETA2, step),
      epsilon: GRAFT_EPSILON,
    });
    return await this.#blocks.preconditioner(scales, adams);
  }

  /** Records the direction whose norm is taken, the preconditioned gradient, and the norms of both. */
  #direction(gradient: Vector, count: number, beta2: number): Vector {
    this.#blocks?.precondition(gradient.buffer, this.#between.buffer, this.#preconditioned.buffer);
    const direction = this.#graft?.direction ?? gradient;
    if (this.#graft !== undefined) {
      const correction2 = 1 / decayed(GRAFT_BETA2, count);
      entrywise(
        this.context,
        directionSource,
        { gradient, second_moment: this.#graft.secondMoment, direction },
        { beta2, rest2: 1 - beta2, correction2, epsilon: GRAFT_EPSILON },
      );
    }
    this.#norms?.direction.record(direction.buffer);
    this.#norms?.preconditioned.record(this.#preconditioned.buffer);
    return direction;
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
