import type { DeviceBuffer } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { BasisRotation } from "../linalg/basis_rotation.ts";
import { Eigenbasis } from "../linalg/eigenbasis.ts";
import { identities, viewOf } from "../linalg/matrix_view.ts";
import { numberTable } from "../linalg/number_table.ts";
import type { Layout, PlacedSegment } from "../linalg/layout.ts";
import { weightsOf } from "../linalg/linear_maps.ts";
import { Squares } from "../linalg/squares.ts";
import type { OptimizerContext } from "./optimizer.ts";
import { type NamedView, TwoSided } from "./two_sided.ts";
import reorderText from "../../wgsl/optim/reorder_moment.wgsl" with { type: "text" };

/**
 * How bases are refreshed: `rotation` turns them by large products only (see {@linkcode BasisRotation}); `qr` is the published step of
 * orthogonal iteration (see {@linkcode Eigenbasis.refresh}).
 */
export type BasisRefresh = "rotation" | "qr";

/**
 * Matrices up to this size begin with their eigenvectors. Larger ones take so many steps of orthogonal iteration from the identity,
 * because Jacobi's method takes seconds for them on slow adapters and trains no better from there: the factors of a single batch are noise.
 */
const EXACT_SIZE = 64;
const FIRST_STEPS: Readonly<Record<BasisRefresh, number>> = { rotation: 1, qr: 2 };

/**
 * With rotations, matrices with a side more than this many times as long as the other, such as a field's last, keep the identity as their
 * bases: the long side's basis costs as much as a square matrix's, and training is none the better for it.
 */
const ASPECT = 32;

/** The matrices of a layout whose bases follow. */
export function turningMatrices(layout: Layout, refresh: BasisRefresh): PlacedSegment[] {
  return weightsOf(layout).filter(({ rows, columns }) => {
    return refresh === "qr" || Math.max(rows, columns) <= ASPECT * Math.min(rows, columns);
  });
}

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
  /** The transposed bases. */
  readonly #transposed: DeviceBuffer;
  /** Whether the bases have changed since they were transposed. */
  #changed = true;
  readonly #sides: TwoSided;
  readonly #squares: Squares;
  /** The squares of all matrices that do not keep the identity (see `ASPECT`). */
  readonly #turning: Squares;
  readonly #eigenbasis: Eigenbasis;
  /** What refreshes the bases; undefined where QR decompositions do. */
  readonly #rotation?: BasisRotation;
  readonly #places: DeviceBuffer;
  readonly #largest: number;
  readonly #count: number;
  readonly #owned: DisposableStack;

  /** @param context Whose layout has matrices with bases that follow. */
  constructor(readonly context: OptimizerContext, readonly kind: BasisRefresh) {
    const { gpu, layout } = context;
    const matrices = weightsOf(layout).map((weight) => ({ ...weight, view: viewOf(weight) }));
    using made = new DisposableStack();
    const names = turningMatrices(layout, kind).map(({ name }) => name);
    const turns = ({ name }: NamedView) => names.includes(name);
    this.#sides = made.use(new TwoSided(gpu, matrices, turns));
    const squareLayout = this.#sides.layout;
    this.#squares = made.use(new Squares(gpu, squareLayout));
    const turning = squareLayout.filter((_, i) => turns(matrices[Math.floor(i / 2)]));
    this.#turning = made.use(new Squares(gpu, squareLayout, turning));
    this.#eigenbasis = made.use(new Eigenbasis(this.#turning));
    this.#factors = made.use(createVector(gpu, squareLayout, "factors"));
    this.#basis = made.use(createVector(gpu, squareLayout, "basis"));
    this.#basis.write(identities(squareLayout));
    if (kind === "rotation") this.#rotation = made.use(new BasisRotation(this.#turning));
    this.#transposed = made.use(gpu.buffer("transposed bases", this.#squares.bytes));
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
    this.#changed = true;
    this.#sides.gram(gradient.buffer, factors, 0, share);
    if (Math.max(...this.#turning.sizes) <= EXACT_SIZE) return this.#eigenbasis.compute(factors, basis);
    for (let step = 0; step < FIRST_STEPS[this.kind]; step++) this.#eigenbasis.refresh(factors, basis);
  }

  /** Records L ← keep·L + (1 − keep)GGᵀ or the same of R and GᵀG. */
  average(side: "left" | "right", gradient: Vector, keep: number): void {
    this.#sides.gramOf(side, gradient.buffer, this.#factors.buffer, keep, 1 - keep);
  }

  /**
   * Records bringing the bases up to date.
   *
   * @param diagonal Has a number for each entry of rotated matrices; is put into the order of the new bases.
   * @returns Whether there was a new order.
   */
  refresh(diagonal: Vector, scratch: Vector): boolean {
    const { gpu } = this.context;
    const [factors, basis] = [this.#factors.buffer, this.#basis.buffer];
    this.#changed = true;
    if (this.#rotation !== undefined) {
      this.#rotation.record(factors, basis);
      return false;
    }
    this.#eigenbasis.refresh(factors, basis);
    gpu.copy(diagonal.buffer, scratch.buffer);
    gpu.dispatch(
      gpu.kernel(reorderSource),
      { matrices: this.#places, before: scratch.buffer, order: this.#eigenbasis.order, s: diagonal.buffer },
      {},
      [...linearGroups(this.#largest / 4, 64), this.#count],
    );
    return true;
  }

  /** Records result = Q_Lᵀ M Q_R in matrices; all else is the same in both. */
  rotate(m: Vector, scratch: Vector, result: Vector): void {
    this.context.gpu.copy(m.buffer, result.buffer);
    this.rotateMatrices(m, scratch, result);
  }

  /** Records `rotate`, but changes nothing outside the matrices. */
  rotateMatrices(m: Vector, scratch: Vector, result: Vector): void {
    if (this.#changed) this.#squares.transpose(this.#basis.buffer, this.#transposed);
    this.#changed = false;
    // Products whose first operand is transposed are slow on some adapters.
    this.#sides.rotateBack(m.buffer, this.#transposed, scratch.buffer, result.buffer);
  }

  /** Records result = Q_L M Q_Rᵀ in matrices; all else is the same in both. */
  rotateBack(m: Vector, scratch: Vector, result: Vector): void {
    this.context.gpu.copy(m.buffer, result.buffer);
    this.#sides.rotateBack(m.buffer, this.#basis.buffer, scratch.buffer, result.buffer);
  }

  /** Records θ ← keep·θ − rate·Q_L M Q_Rᵀ in matrices only. */
  stepBack(m: Vector, scratch: Vector, parameters: Vector, rate: number, keep: number): void {
    const basis = this.#basis.buffer;
    this.#sides.rotateBack(m.buffer, basis, scratch.buffer, parameters.buffer, -rate, keep);
  }

  /** Called after the state was written. */
  restored(): void {
    this.#changed = true;
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
