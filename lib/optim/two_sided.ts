import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Layout } from "../linalg/layout.ts";
import { type MatrixView, squareLayout, viewOf } from "../linalg/matrix_view.ts";
import { BatchedProducts } from "../linalg/gemm/batched_products.ts";

/** A matrix and where it lies in vectors of the layout. */
export interface NamedView {
  /** The segment's name. */
  readonly name: string;
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
  /** Where it lies. */
  readonly view: MatrixView;
}

/** For matrices M [rows, columns] pairs of squares: left [rows, rows] and right [columns, columns], all in one layout. */
export class TwoSided implements Disposable {
  /** Segments `NAME.left`, `NAME.right` of each matrix in turn. */
  readonly layout: Layout;
  readonly #products: readonly BatchedProducts[];
  readonly #gram: Readonly<Record<"left" | "right", BatchedProducts>>;
  readonly #rotate: readonly [BatchedProducts, BatchedProducts];
  readonly #rotateBack: readonly [BatchedProducts, BatchedProducts];

  /**
   * Prepares the products of all matrices.
   *
   * @param matrices All that have a place among the pairs.
   * @param takesPart Which of them are multiplied; all by default.
   */
  constructor(
    gpu: Gpu,
    readonly matrices: readonly NamedView[],
    takesPart: (matrix: NamedView) => boolean = () => true,
  ) {
    this.layout = squareLayout(matrices.flatMap(({ name, rows, columns }) => [
      { name: `${name}.left`, size: rows },
      { name: `${name}.right`, size: columns },
    ]));
    const squares = this.layout.map(viewOf);
    const jobs = matrices.flatMap((matrix, i) => {
      return takesPart(matrix) ? [{ m: matrix.view, left: squares[2 * i], right: squares[2 * i + 1] }] : [];
    });
    const left = jobs.map(({ m, left }) => ({ a: m, b: m, c: left }));
    const right = jobs.map(({ m, right }) => ({ a: m, b: m, c: right }));
    this.#gram = {
      left: new BatchedProducts(gpu, left, { transposeB: true, symmetric: true }),
      right: new BatchedProducts(gpu, right, { transposeA: true, symmetric: true }),
    };
    this.#rotate = [
      new BatchedProducts(gpu, jobs.map(({ m, left }) => ({ a: left, b: m, c: m })), { transposeA: true }),
      new BatchedProducts(gpu, jobs.map(({ m, right }) => ({ a: m, b: right, c: m }))),
    ];
    this.#rotateBack = [
      new BatchedProducts(gpu, jobs.map(({ m, left }) => ({ a: left, b: m, c: m }))),
      new BatchedProducts(gpu, jobs.map(({ m, right }) => ({ a: m, b: right, c: m })), { transposeB: true }),
    ];
    this.#products = [...Object.values(this.#gram), ...this.#rotate, ...this.#rotateBack];
  }

  /** Records L ← keep·L + share·M Mᵀ, R ← keep·R + share·MᵀM. */
  gram(m: DeviceBuffer, squares: DeviceBuffer, keep: number, share: number): void {
    for (const side of ["left", "right"] as const) this.gramOf(side, m, squares, keep, share);
  }

  /** Records one half of `gram`. */
  gramOf(side: "left" | "right", m: DeviceBuffer, squares: DeviceBuffer, keep: number, share: number): void {
    this.#gram[side].record({ a: m, b: m, c: squares }, share, keep);
  }

  /** Records result = Lᵀ M R, in matrices only. `scratch` is of the matrices' layout, too. */
  rotate(m: DeviceBuffer, squares: DeviceBuffer, scratch: DeviceBuffer, result: DeviceBuffer): void {
    this.#rotate[0].record({ a: squares, b: m, c: scratch });
    this.#rotate[1].record({ a: scratch, b: squares, c: result });
  }

  /** Records result ← share·L M Rᵀ + keep·result, in matrices only. */
  rotateBack(
    m: DeviceBuffer,
    squares: DeviceBuffer,
    scratch: DeviceBuffer,
    result: DeviceBuffer,
    share = 1,
    keep = 0,
  ): void {
    this.#rotateBack[0].record({ a: squares, b: m, c: scratch });
    this.#rotateBack[1].record({ a: scratch, b: squares, c: result }, share, keep);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    for (const products of this.#products) products[Symbol.dispose]();
  }
}
