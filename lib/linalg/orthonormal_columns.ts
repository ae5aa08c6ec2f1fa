import type { DeviceBuffer } from "../gpu/buffer.ts";
import { BatchedProducts } from "./gemm/batched_products.ts";
import type { Squares } from "./squares.ts";
import { TriangularInverse } from "./triangular_inverse.ts";

/**
 * The shift on the diagonal of the scaled Gram matrix, times its size. It is larger than the f32 rounding error of the pivots, so
 * that no pivot is dominated by rounding. That error is larger than the Gram matrix's own, because eliminating by inverses of
 * blocks multiplies it by up to 1/√shift.
 */
const SHIFT = 2e-6;

/**
 * Orthonormalises the columns of matrices Y: computes Q of the QR decomposition Y = QR in which R has a positive diagonal.
 *
 * The method is shifted Cholesky QR (Fukaya et al. 2020), in four passes. Each computes S = YᵀY, scales its diagonal to 1, adds a
 * shift (see `SHIFT`), factors S = LLᵀ and sets Y ← Y L⁻ᵀ. If the condition number, after scaling the columns, is at most about
 * 1e6, the first two passes bring it below 100. The other two have no shift and leave QᵀQ = I up to 1e−6. Everything except the
 * factorisation of diagonal blocks is done by matrix products, about 1.5 products of the matrix's size in each pass. Householder's
 * method, in contrast, would work column by column.
 */
export class OrthonormalColumns implements Disposable {
  readonly #inverse: TriangularInverse;
  readonly #gram: DeviceBuffer;
  readonly #scratch: DeviceBuffer;
  readonly #square: BatchedProducts;
  readonly #apply: BatchedProducts;
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
    this.#square = made.use(new BatchedProducts(gpu, square, { transposeA: true, symmetric: true }));
    this.#apply = made.use(new BatchedProducts(gpu, apply, { transposeB: true, upperB: true }));
    this.#owned = made.move();
  }

  /** Records orthonormalising the columns of `y` and writing Q to `q`. The contents of `y` are overwritten. */
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
