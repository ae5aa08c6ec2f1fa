import type { DeviceBuffer } from "../gpu/buffer.ts";
import { BatchedProducts } from "./gemm/batched_products.ts";
import type { Squares } from "./squares.ts";
import { TriangularInverse } from "./triangular_inverse.ts";

/**
 * Computes inverses of symmetric positive definite matrices: (S + dI)⁻¹ = L⁻ᵀL⁻¹ with S + dI = LLᵀ. The cost is about that of one
 * product of their size.
 */
export class SymmetricInverse implements Disposable {
  readonly #triangular: TriangularInverse;
  readonly #square: BatchedProducts;
  readonly #owned: DisposableStack;

  /**
   * Allocates what the computation needs.
   *
   * @param squares The matrices.
   */
  constructor(squares: Squares) {
    using made = new DisposableStack();
    this.#triangular = made.use(new TriangularInverse(squares));
    const jobs = this.#triangular.views.map((view, i) => ({ a: view, b: view, c: squares.views[i] }));
    this.#square = made.use(new BatchedProducts(squares.gpu, jobs, { transposeA: true, symmetric: true }));
    this.#owned = made.move();
  }

  /**
   * Records `inverses` = (S + dI)⁻¹ of the matrices S.
   *
   * @param damping d > 0. It must be larger than the rounding error of S's smallest eigenvalue.
   */
  record(matrices: DeviceBuffer, inverses: DeviceBuffer, damping: number): void {
    this.#triangular.record(matrices, { shift: damping, floor: 1e-30 });
    const { result } = this.#triangular;
    this.#square.record({ a: result, b: result, c: inverses });
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
