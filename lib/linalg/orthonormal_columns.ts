import type { DeviceBuffer } from "../gpu/buffer.ts";
import { Products } from "./gemm/products.ts";
import type { Squares } from "./squares.ts";
import { TriangularInverse } from "./triangular_inverse.ts";

/**
 * Times the size: above f32's error in the pivots, so that none is noise. That is more than the error of the Gram matrix, since blocks are
 * eliminated by their inverses, which multiply it by up to 1/√shift.
 */
const SHIFT = 2e-6;

/**
 * Orthonormal columns that span, in order, what the columns of Y span: the Q of Y = QR with R's diagonal positive.
 *
 * By shifted Cholesky QR (Fukaya et al. 2020), four times: S = YᵀY with its diagonal scaled to 1 plus a shift (see
 * above), S = LLᵀ, Y ← Y L⁻ᵀ. The first two passes bring condition numbers (after the columns' scaling) of up to about 1e6 below
 * 100, the others, unshifted, leave QᵀQ = I up to 1e−6. All but the diagonal blocks is matrix products: about 1.5 products of the
 * matrix's size a pass, where Householder's method would go column by column.
 */
export class OrthonormalColumns implements Disposable {
  readonly #inverse: TriangularInverse;
  readonly #gram: DeviceBuffer;
  readonly #scratch: DeviceBuffer;
  readonly #square: Products;
  readonly #apply: Products;
  readonly #owned: DisposableStack;

  /**
   * Allocates what the computation needs.
   *
   * @param squares The matrices.
   */
  constructor(readonly squares: Squares) {
    const { gpu, views, bytes } = squares;
    using made = new DisposableStack();
    this.#inverse = made.use(new TriangularInverse(squares));
    this.#gram = made.use(gpu.buffer("Gram matrices", bytes));
    this.#scratch = made.use(gpu.buffer("orthonormal columns", bytes));
    const square = views.map((view) => ({ a: view, b: view, c: view }));
    const apply = views.map((view, i) => ({ a: view, b: this.#inverse.views[i], c: view }));
    this.#square = made.use(new Products(gpu, square, { transposeA: true, symmetric: true }));
    this.#apply = made.use(new Products(gpu, apply, { transposeB: true, upperB: true }));
    this.#owned = made.move();
  }

  /** Records the orthonormalisation of the columns of `y`, which is used up; Q goes to `q`. */
  record(y: DeviceBuffer, q: DeviceBuffer): void {
    this.#pass(y, this.#scratch, SHIFT);
    this.#pass(this.#scratch, y, SHIFT);
    this.#pass(y, this.#scratch, 0);
    this.#pass(this.#scratch, q, 0);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  #pass(from: DeviceBuffer, to: DeviceBuffer, relativeShift: number): void {
    this.#square.record({ a: from, b: from, c: this.#gram });
    this.#inverse.record(this.#gram, { scaled: true, relativeShift, floor: SHIFT / 40 });
    this.#apply.record({ a: from, b: this.#inverse.result, c: to });
  }
}
