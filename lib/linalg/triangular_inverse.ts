import type { BufferSlice, DeviceBuffer } from "../gpu/buffer.ts";
import type { MatrixView } from "./matrix_view.ts";
import { numberTable } from "./number_table.ts";
import { BatchedProducts } from "./gemm/batched_products.ts";
import type { Squares } from "./squares.ts";
import blockText from "../../wgsl/linalg/factor_block.wgsl" with { type: "text" };
import scaleText from "../../wgsl/linalg/factor_scale.wgsl" with { type: "text" };
import startText from "../../wgsl/linalg/factor_start.wgsl" with { type: "text" };

const BLOCK = 16;
const scaleSource = { name: "factor_scale", text: scaleText };
const startSource = { name: "factor_start", text: startText };
const blockSource = { name: "factor_block", text: blockText };

/** How the matrices are prepared for the factorisation. */
export interface FactorOptions {
  /** Whether S is first scaled so that its diagonal is 1: r S r with r = 1/√diag S. The default is no. */
  readonly scaled?: boolean;
  /** Added to the diagonal; 0 by default. */
  readonly shift?: number;
  /** This times the matrix's size is added to the diagonal; 0 by default. */
  readonly relativeShift?: number;
  /** Pivots below this times the matrix's size are raised to it, because rounding can make a matrix indefinite. */
  readonly floor: number;
}

/** The work on one block row of all matrices. */
interface BlockRow {
  readonly eliminate: BatchedProducts;
  readonly scale: BatchedProducts;
  /** The block row's part of the result. */
  readonly piece: BufferSlice;
}

/**
 * Computes inverse Cholesky factors L⁻¹ of symmetric positive definite matrices, S = L Lᵀ, by elimination on [S | I] in blocks of
 * 16. Almost all of the work is matrix products: for each block row, the contributions of the rows above are subtracted, the
 * diagonal block is factored in registers, and the row is multiplied by that block's inverse. This takes three dispatches for each
 * block row of the largest matrix, and about as much arithmetic as one product.
 */
export class TriangularInverse implements Disposable {
  /** Contains [Lᵀ | L⁻¹ r] of each matrix, all side by side, so that each block row of all matrices is contiguous. */
  readonly result: DeviceBuffer;
  /** Where L⁻¹ r of each matrix is stored in `result`. */
  readonly views: readonly MatrixView[];
  readonly #diagonals: DeviceBuffer;
  readonly #augmented: DeviceBuffer;
  readonly #panels: DeviceBuffer;
  readonly #inverses: DeviceBuffer;
  readonly #blocks: DeviceBuffer;
  readonly #rows: readonly BlockRow[];
  readonly #owned: DisposableStack;

  /**
   * Allocates what the computation needs.
   *
   * @param squares The matrices.
   */
  constructor(readonly squares: Squares) {
    const { gpu, views, largest, bytes } = squares;
    const stride = views.reduce((sum, { columns }) => sum + 2 * columns, 0);
    using made = new DisposableStack();
    this.result = made.use(gpu.buffer("triangular inverses", largest * stride * 4));
    this.#diagonals = made.use(gpu.buffer("scales of rows", views.length * largest * 4));
    this.#augmented = made.use(gpu.buffer("augmented matrices", bytes * 2));
    let panelEnd = 0;
    const panels = views.map(({ rows }): MatrixView => {
      const width = rows + BLOCK;
      const offset = panelEnd;
      panelEnd += BLOCK * width;
      return { offset, stride: width, rows: BLOCK, columns: width };
    });
    this.#panels = made.use(gpu.buffer("panels", panelEnd * 4));
    this.#inverses = made.use(gpu.buffer("block inverses", views.length * BLOCK * BLOCK * 4));
    const places = panels.flatMap(({ offset, stride }, i) => [offset / 4, stride / 4, squares.sizes[i], 0]);
    this.#blocks = made.use(numberTable(gpu, "diagonal blocks", places));
    let left = 0;
    const wide = views.map(({ rows, columns }): MatrixView => {
      left += 2 * columns;
      return { offset: left - 2 * columns, stride, rows, columns: 2 * columns };
    });
    this.views = views.map(({ rows, columns }, i) => ({ ...wide[i], offset: wide[i].offset + columns, rows, columns }));
    this.#rows = Array.from({ length: largest / BLOCK }, (_, k) => {
      const jobs = views.flatMap(({ rows, offset, stride: augmentedStride }, i) => {
        if (k * BLOCK >= rows) return [];
        // Columns left of the diagonal block are finished already, and L⁻¹'s columns right of its diagonal block are 0.
        const columns = rows + BLOCK;
        const row = { offset: wide[i].offset + k * BLOCK, stride, rows: BLOCK, columns };
        const above = { ...row, rows: k * BLOCK };
        const start = {
          ...row,
          offset: offset * 2 + k * BLOCK * (augmentedStride * 2 + 1),
          stride: augmentedStride * 2,
        };
        const inverse = { offset: i * BLOCK * BLOCK, stride: BLOCK, rows: BLOCK, columns: BLOCK };
        return [{
          eliminate: { a: { ...above, columns: BLOCK }, b: above, c: panels[i], d: start },
          scale: { a: inverse, b: panels[i], c: row },
        }];
      });
      return {
        eliminate: made.use(new BatchedProducts(gpu, jobs.map(({ eliminate }) => eliminate), { transposeA: true })),
        scale: made.use(new BatchedProducts(gpu, jobs.map(({ scale }) => scale))),
        piece: this.result.slice(k * BLOCK * stride * 4, BLOCK * stride * 4),
      };
    });
    this.#owned = made.move();
  }

  /** Records the factorisation of the matrices in `s`. */
  record(s: DeviceBuffer, { scaled = false, shift = 0, relativeShift = 0, floor }: FactorOptions): void {
    const { gpu, table, largest, sizes } = this.squares;
    const diagonals = this.#diagonals;
    gpu.dispatch(
      gpu.kernel(scaleSource),
      { squares: table, s, diagonals },
      { largest, scaled: scaled ? 1 : 0 },
      this.squares.groups(largest / 4),
    );
    this.squares.eachEntry(
      startSource,
      { s, diagonals, augmented: this.#augmented },
      { largest, shift, relative: relativeShift },
    );
    for (const { eliminate, scale, piece } of this.#rows) {
      eliminate.record({ a: this.result, b: this.result, c: this.#panels, d: this.#augmented }, -1, 1);
      gpu.dispatch(
        gpu.kernel(blockSource),
        { blocks: this.#blocks, panels: this.#panels, inverses: this.#inverses },
        { count: sizes.length, floor },
        [Math.ceil(sizes.length / 8)],
      );
      scale.record({ a: this.#inverses, b: this.#panels, c: piece });
    }
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
