import type { DeviceBuffer } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { Eigenbasis } from "../linalg/eigenbasis.ts";
import { viewOf } from "../linalg/matrix_view.ts";
import { numberTable } from "../linalg/number_table.ts";
import { Squares } from "../linalg/squares.ts";
import type { OptimizerContext } from "./optimizer.ts";
import { TwoSided, weightsOf } from "./two_sided.ts";
import reorderText from "../../wgsl/optim/reorder_moment.wgsl" with { type: "text" };

/**
 * Matrices up to this size begin with their eigenvectors. Larger ones take this many steps of orthogonal iteration from the identity,
 * because Jacobi's method takes seconds for them on slow adapters and trains no better from there: the factors of a single batch are noise.
 */
const EXACT_SIZE = 64;
const FIRST_STEPS = 2;

const reorderSource = { name: "reorder_moment", text: reorderText };

/**
 * Shampoo's factors L, R of every weight matrix, running averages of GGᵀ and GᵀG, and orthonormal bases Q_L, Q_R of their
 * eigenvectors, for optimizers that work in these bases.
 */
export class Eigenbases implements Disposable {
  /** The vectors that a checkpoint must hold. */
  readonly state: Readonly<Record<string, Vector>>;
  readonly #factors: Vector;
  readonly #basis: Vector;
  readonly #sides: TwoSided;
  readonly #squares: Squares;
  readonly #eigenbasis: Eigenbasis;
  readonly #places: DeviceBuffer;
  readonly #largest: number;
  readonly #count: number;
  readonly #owned: DisposableStack;

  /** @param context Whose layout has weight matrices. */
  constructor(readonly context: OptimizerContext) {
    const { gpu, layout } = context;
    const matrices = weightsOf(layout).map((weight) => ({ ...weight, view: viewOf(weight) }));
    using made = new DisposableStack();
    this.#sides = made.use(new TwoSided(gpu, matrices));
    const squareLayout = this.#sides.layout;
    this.#squares = made.use(new Squares(gpu, squareLayout));
    this.#eigenbasis = made.use(new Eigenbasis(this.#squares));
    this.#factors = made.use(createVector(gpu, squareLayout, "factors"));
    this.#basis = made.use(createVector(gpu, squareLayout, "basis"));
    const identities = new Float32Array(squareLayout.parameterCount);
    for (const { flat, rows } of squareLayout) {
      for (let i = 0; i < rows; i++) identities[flat + i * (rows + 1)] = 1;
    }
    this.#basis.write(identities);
    this.state = { factors: this.#factors, basis: this.#basis };
    const { largest } = this.#squares;
    const places = matrices.flatMap(({ view: { offset, stride, rows } }, i) => {
      return [offset / 4, stride / 4, rows, 0, 2 * i * largest / 4, (2 * i + 1) * largest / 4, 0, 0];
    });
    this.#places = made.use(numberTable(gpu, "matrices to reorder", places));
    this.#largest = Math.max(...matrices.map(({ view }) => view.rows * view.columns));
    this.#count = matrices.length;
    this.#owned = made.move();
  }

  /** Records the first factors, of which the gradient's have this share, and their eigenvectors (see {@linkcode EXACT_SIZE}). */
  begin(gradient: Vector, share: number): void {
    const [factors, basis] = [this.#factors.buffer, this.#basis.buffer];
    this.#sides.gram(gradient.buffer, factors, 0, share);
    if (Math.max(...this.#squares.sizes) <= EXACT_SIZE) return this.#eigenbasis.compute(factors, basis);
    for (let step = 0; step < FIRST_STEPS; step++) this.#eigenbasis.refresh(factors, basis);
  }

  /** Records L ← keep·L + (1 − keep)GGᵀ, and R likewise. */
  average(gradient: Vector, keep: number): void {
    this.#sides.gram(gradient.buffer, this.#factors.buffer, keep, 1 - keep);
  }

  /**
   * Records bringing the bases up to date (see {@linkcode Eigenbasis.refresh}).
   *
   * @param diagonal Has a number for each entry of rotated matrices; is put into the order of the new bases.
   */
  refresh(diagonal: Vector, scratch: Vector): void {
    const { gpu } = this.context;
    this.#eigenbasis.refresh(this.#factors.buffer, this.#basis.buffer);
    gpu.copy(diagonal.buffer, scratch.buffer);
    gpu.dispatch(
      gpu.kernel(reorderSource),
      { matrices: this.#places, before: scratch.buffer, order: this.#eigenbasis.order, s: diagonal.buffer },
      {},
      [...linearGroups(this.#largest / 4, 64), this.#count],
    );
  }

  /** Records result = Q_Lᵀ M Q_R in matrices; all else is the same in both. */
  rotate(m: Vector, scratch: Vector, result: Vector): void {
    this.context.gpu.copy(m.buffer, result.buffer);
    this.#sides.rotate(m.buffer, this.#basis.buffer, scratch.buffer, result.buffer);
  }

  /** Records result = Q_L M Q_Rᵀ in matrices; all else is the same in both. */
  rotateBack(m: Vector, scratch: Vector, result: Vector): void {
    this.context.gpu.copy(m.buffer, result.buffer);
    this.#sides.rotateBack(m.buffer, this.#basis.buffer, scratch.buffer, result.buffer);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
