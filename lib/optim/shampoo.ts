import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { oneOf } from "../hyperparameter/range.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { PlacedSegment } from "../linalg/layout.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { InverseRoots } from "../linalg/inverse_roots.ts";
import { rangeOf, viewOf } from "../linalg/matrix_view.ts";
import { Norms } from "../linalg/norms.ts";
import { numberRanges } from "../linalg/ranges.ts";
import { Squares } from "../linalg/squares.ts";
import { entrywise } from "./entrywise.ts";
import { decayed, learningRate, momentum, updateEvery, weightDecay } from "./hyperparameters.ts";
import { optimizerKind } from "./kind.ts";
import { type OptimizerContext, type OptimizerCore, type OptimizerSpec, stateVectors } from "./optimizer.ts";
import { type NamedView, TwoSided, weightsOf } from "./two_sided.ts";
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
 * Cost: see {@linkcode InverseRoots}. For a field of 4 × 256 the roots take 4 GFLOP, several times what the gradient
 * of 512 rows takes, so that an interval of 10 or 20 steps pays.
 */
export function shampoo(options: ShampooOptions = {}): OptimizerSpec {
  const resolved = resolveHyperparameters("shampoo", hyperparameters, options);
  return {
    name: "shampoo",
    learningRate: resolved.learningRate,
    options: { ...resolved },
    create: (context) => new ShampooCore(context, resolved),
  };
}

/** The blocks of a matrix, cut at multiples of `size`. */
function blocksOf(weight: PlacedSegment, size: number): NamedView[] {
  const whole = viewOf(weight);
  const blocks: NamedView[] = [];
  for (let row = 0; row < weight.rows; row += size) {
    for (let column = 0; column < weight.columns; column += size) {
      blocks.push({
        name: `${weight.name}.${row}.${column}`,
        rows: Math.min(size, weight.rows - row),
        columns: Math.min(size, weight.columns - column),
        view: {
          offset: whole.offset + row * whole.stride + column,
          stride: whole.stride,
          rows: Math.min(size, whole.rows - row),
          columns: Math.min(size, whole.columns - column),
        },
      });
    }
  }
  return blocks;
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
  readonly #blocks?: BlockState;
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
    if (weights.length > 0) {
      const direction = made.use(new Norms(gpu, ranges));
      this.#norms = { direction, preconditioned: made.use(new Norms(gpu, ranges)) };
      const blocks = weights.flatMap((weight) => blocksOf(weight, options.blockSize));
      this.#blocks = made.use(new BlockState(context, blocks, options.epsilon));
    }
    this.state = {
      momentum: this.#momentum,
      ...this.#graft && { secondMoment: this.#graft.secondMoment },
      ...this.#blocks?.state,
    };
    this.#owned = made.move();
  }

  update({ parameters, gradient, learningRate }: Parameters<OptimizerCore["update"]>[0], step: number): void {
    const { updateEvery, momentum, weightDecay } = this.options;
    const preconditioned = this.#preconditioned;
    const due = step % updateEvery === 0;
    this.#blocks?.precondition(gradient.buffer, this.#between.buffer, preconditioned.buffer, due);
    const direction = this.#graft?.direction ?? gradient;
    if (this.#graft !== undefined) {
      entrywise(
        this.context,
        directionSource,
        { gradient, second_moment: this.#graft.secondMoment, direction },
        {
          beta2: GRAFT_BETA2,
          rest2: 1 - GRAFT_BETA2,
          correction2: 1 / decayed(GRAFT_BETA2, step + 1),
          epsilon: GRAFT_EPSILON,
        },
      );
    }
    this.#norms?.direction.record(direction.buffer);
    this.#norms?.preconditioned.record(preconditioned.buffer);
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

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}

/** Factors and roots of the blocks. */
class BlockState implements Disposable {
  readonly state: Readonly<Record<string, Vector>>;
  readonly #factors: Vector;
  readonly #roots: Vector;
  readonly #sides: TwoSided;
  readonly #squares: Squares;
  readonly #inverseRoots: InverseRoots;
  readonly #owned: DisposableStack;

  constructor({ gpu }: OptimizerContext, blocks: readonly NamedView[], epsilon: number) {
    using made = new DisposableStack();
    this.#sides = made.use(new TwoSided(gpu, blocks));
    const { layout } = this.#sides;
    this.#squares = made.use(new Squares(gpu, layout));
    this.#inverseRoots = made.use(new InverseRoots(this.#squares, epsilon));
    this.#factors = made.use(createVector(gpu, layout, "factors"));
    this.#roots = made.use(createVector(gpu, layout, "roots"));
    const start = new Float32Array(layout.parameterCount);
    for (const { flat, rows } of layout) for (let i = 0; i < rows; i++) start[flat + i * (rows + 1)] = epsilon;
    this.#factors.write(start);
    this.state = { factors: this.#factors, roots: this.#roots };
    this.#owned = made.move();
  }

  /** Records `result` = L^{−1/4} G R^{−1/4} in every block, G folded into the factors first, roots computed anew if due. */
  precondition(gradient: DeviceBuffer, scratch: DeviceBuffer, result: DeviceBuffer, due: boolean): void {
    this.#sides.gram(gradient, this.#factors.buffer, 1, 1);
    if (due) this.#inverseRoots.record(this.#factors.buffer, this.#roots.buffer);
    this.#sides.rotate(gradient, this.#roots.buffer, scratch, result);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
