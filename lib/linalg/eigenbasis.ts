import type { DeviceBuffer } from "../gpu/buffer.ts";
import { rangeOf } from "./matrix_view.ts";
import { Norms } from "./norms.ts";
import { OrthonormalColumns } from "./orthonormal_columns.ts";
import { BatchedProducts } from "./gemm/batched_products.ts";
import type { Squares } from "./squares.ts";
import jacobiText from "../../wgsl/linalg/jacobi_round.wgsl" with { type: "text" };
import orderText from "../../wgsl/linalg/descending_order.wgsl" with { type: "text" };
import powerText from "../../wgsl/linalg/power_step.wgsl" with { type: "text" };
import quotientText from "../../wgsl/linalg/rayleigh_quotients.wgsl" with { type: "text" };

const quotientSource = { name: "rayleigh_quotients", text: quotientText };
const orderSource = { name: "descending_order", text: orderText };
const powerSource = { name: "power_step", text: powerText };
const jacobiSource = { name: "jacobi_round", text: jacobiText };

/**
 * Number of power steps before Jacobi's method. They sort the columns by size, after which Jacobi's method needs fewer sweeps.
 */
const POWER_STEPS = 4;
const SWEEPS = 6;

/**
 * The shift on the diagonal, relative to the matrix's norm and times its size. It is about the rounding error of a product in
 * f32.
 */
const SHIFT = 1e-8;

/**
 * Orthonormal eigenvectors of symmetric positive semidefinite matrices L, as the columns of Q. They are either computed from
 * scratch or updated from an earlier basis.
 *
 * Deviation from exact arithmetic: L is shifted by 1e−8·size·‖L‖, which f32 cannot distinguish from 0, so that Q stays a full
 * basis if L is singular.
 */
export class Eigenbasis implements Disposable {
  /** [matrices, `squares.largest`] numbers: the column of the old basis from which each column of the new basis was computed. */
  readonly order: DeviceBuffer;
  readonly #norms: Norms;
  readonly #multiply: BatchedProducts;
  readonly #orthonormal: OrthonormalColumns;
  readonly #quotients: DeviceBuffer;
  readonly #products: DeviceBuffer;
  readonly #columns: DeviceBuffer;
  readonly #owned: DisposableStack;

  /**
   * Allocates what the computation needs.
   *
   * @param squares The matrices.
   */
  constructor(readonly squares: Squares) {
    const { gpu, views, largest, bytes } = squares;
    using made = new DisposableStack();
    this.#norms = made.use(new Norms(gpu, views.map(rangeOf)));
    this.#multiply = made.use(new BatchedProducts(gpu, views.map((view) => ({ a: view, b: view, c: view }))));
    this.#orthonormal = made.use(new OrthonormalColumns(squares));
    this.order = made.use(gpu.buffer("order of columns", views.length * largest * 4));
    this.#quotients = made.use(gpu.buffer("Rayleigh quotients", views.length * largest * 4));
    this.#products = made.use(gpu.buffer("LQ", bytes));
    this.#columns = made.use(gpu.buffer("power step", bytes));
    this.#owned = made.move();
  }

  /**
   * Records one step of orthogonal iteration: Q's columns are sorted by descending diagonal of QᵀLQ, then Q becomes the
   * orthogonal factor of the QR decomposition of LQ. The step costs about as much as 5.5 products of the matrices' size and takes
   * 9 × `largest`/16 dispatches.
   */
  refresh(matrices: DeviceBuffer, basis: DeviceBuffer): void {
    this.#powerStep(matrices, basis);
    this.#orthonormal.record(this.#columns, basis);
  }

  /**
   * Records computing the eigenvectors from scratch: a few power steps, then sweeps of one-sided Jacobi on the columns of LQ.
   * Afterwards the off-diagonal entries of QᵀLQ are about 1e−6 times L's norm. On the software adapter a 256 × 256 matrix takes
   * about 0.3 s, so this is meant for small matrices or for a single use, not for every step.
   *
   * @param basis Any orthonormal basis, for instance I; it becomes the basis of eigenvectors.
   */
  compute(matrices: DeviceBuffer, basis: DeviceBuffer): void {
    const { gpu, table, largest, sizes } = this.squares;
    for (let step = 0; step < POWER_STEPS; step++) this.refresh(matrices, basis);
    this.#powerStep(matrices, basis);
    const rows = this.#products;
    this.squares.transpose(this.#columns, rows);
    const rounds = Math.max(...sizes) + Math.max(...sizes) % 2 - 1;
    for (let round = 0; round < SWEEPS * rounds; round++) {
      const groups = [Math.ceil(largest / 16), 1, sizes.length] as const;
      gpu.dispatch(gpu.kernel(jacobiSource), { squares: table, w: rows }, { round }, groups);
      if (round % rounds === rounds - 1) gpu.flush();
    }
    this.squares.transpose(rows, this.#columns);
    this.#orthonormal.record(this.#columns, basis);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  /** Records the sorted columns of LQ, scaled and shifted. */
  #powerStep(matrices: DeviceBuffer, basis: DeviceBuffer): void {
    const { gpu, table, largest } = this.squares;
    const { order } = this;
    const [quotients, products] = [this.#quotients, this.#products];
    this.#norms.record(matrices);
    this.#multiply.record({ a: matrices, b: basis, c: products });
    gpu.dispatch(
      gpu.kernel(quotientSource),
      { squares: table, q: basis, p: products, quotients },
      { largest },
      this.squares.groups(largest / 4),
    );
    gpu.dispatch(
      gpu.kernel(orderSource),
      { squares: table, values: quotients, order },
      { largest },
      this.squares.groups(largest),
    );
    this.squares.eachEntry(
      powerSource,
      { p: products, q: basis, order, norms: this.#norms.buffer, y: this.#columns },
      { largest, shift: SHIFT },
    );
  }
}
