import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Layout, PlacedSegment } from "./layout.ts";
import { rangeOf, squareLayout, viewOf } from "./matrix_view.ts";
import { type BatchedJob, BatchedProducts } from "./gemm/batched_products.ts";
import { RangeNormaliser } from "./range_normaliser.ts";

/** Jordan's coefficients (2024). They let small singular values grow quickly, but do not bring them exactly to 1. */
const [A, B, C] = [3.4445, -4.775, 2.0315];

/** The products of one iteration for all matrices of one orientation, either tall or wide. */
interface Iteration {
  readonly gram: BatchedProducts;
  readonly polynomial: BatchedProducts;
  readonly apply: BatchedProducts;
  readonly tall: boolean;
}

/**
 * Computes approximate orthogonal factors of a layout's matrices by Newton-Schulz iteration (Jordan 2024, Muon):
 *
 * X₀ = M/‖M‖; X ← aX + (bA + cA²)X with A = XXᵀ, five times. For tall matrices X ← aX + X(bA + cA²) with A = XᵀX, so that A always
 * has the size of the shorter side.
 *
 * Singular values of X₀ of at least 2e−3 end between 0.68 and 1.21; smaller ones grow by a factor of at most a⁵ ≈ 485. An
 * iteration takes three dispatches for each orientation. A 256 × 256 matrix takes 5·2·(½ + ½ + 1)·256³ ≈ 0.34 GFLOP.
 */
export class NewtonSchulz implements Disposable {
  readonly #iterations: readonly Iteration[];
  readonly #normaliser: RangeNormaliser;
  readonly #scratch: readonly DeviceBuffer[];
  readonly #gram: DeviceBuffer;
  readonly #polynomial: DeviceBuffer;
  readonly #owned: DisposableStack;

  /**
   * Allocates what the iteration needs.
   *
   * @param layout The layout of the vectors that contain the matrices.
   * @param matrices The segments of that layout that are orthogonalised.
   * @param steps The number of iterations.
   */
  constructor(readonly gpu: Gpu, layout: Layout, readonly matrices: readonly PlacedSegment[], readonly steps = 5) {
    const squares = squareLayout(matrices.map(({ name, rows, columns }) => ({ name, size: Math.min(rows, columns) })));
    const views = matrices.map(viewOf);
    using made = new DisposableStack();
    this.#normaliser = made.use(new RangeNormaliser(gpu, views.map(rangeOf)));
    const bytes = layout.deviceLength * 4;
    this.#scratch = ["even", "odd"].map((label) => made.use(gpu.buffer(`Newton-Schulz, ${label}`, bytes)));
    this.#gram = made.use(gpu.buffer("Newton-Schulz A", squares.deviceLength * 4));
    this.#polynomial = made.use(gpu.buffer("Newton-Schulz bA + cA²", squares.deviceLength * 4));
    this.#iterations = [false, true].flatMap((tall) => {
      const jobs = matrices.flatMap(({ rows, columns }, i) => {
        return rows > columns === tall ? [{ x: views[i], square: viewOf(squares[i]) }] : [];
      });
      if (jobs.length === 0) return [];
      const gram = jobs.map(({ x, square }): BatchedJob => ({ a: x, b: x, c: square }));
      const polynomial = jobs.map(({ square }): BatchedJob => ({ a: square, b: square, c: square }));
      const apply = jobs.map(({ x, square }): BatchedJob => {
        return tall ? { a: x, b: square, c: x } : { a: square, b: x, c: x };
      });
      return [{
        gram: made.use(new BatchedProducts(gpu, gram, { transposeA: tall, transposeB: !tall, symmetric: true })),
        polynomial: made.use(new BatchedProducts(gpu, polynomial, { symmetric: true })),
        apply: made.use(new BatchedProducts(gpu, apply)),
        tall,
      }];
    });
    this.#owned = made.move();
  }

  /** Records the iteration. Returns the buffer that contains X, which is 0 outside the matrices. `data` does not change. */
  record(data: BufferLike): DeviceBuffer {
    let [now, next] = this.#scratch;
    this.#normaliser.record(data, now);
    const [gramBuffer, polynomialBuffer] = [this.#gram, this.#polynomial];
    for (let step = 0; step < this.steps; step++) {
      for (const { gram, polynomial, apply, tall } of this.#iterations) {
        gram.record({ a: now, b: now, c: gramBuffer });
        polynomial.record({ a: gramBuffer, b: gramBuffer, c: polynomialBuffer, d: gramBuffer }, C, B);
        const [a, b] = tall ? [now, polynomialBuffer] : [polynomialBuffer, now];
        apply.record({ a, b, c: next, d: now }, 1, A);
      }
      [now, next] = [next, now];
    }
    return now;
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
