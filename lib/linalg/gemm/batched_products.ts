import type { BufferLike, DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { linearGroups } from "../../gpu/groups.ts";
import type { MatrixView } from "../matrix_view.ts";
import { numberTable } from "../number_table.ts";
import { BATCHED_KERNELS, type BatchedFamily } from "./batched_kernels.ts";
import { familyOf } from "./family.ts";

/** One product C ← α op(A) op(B) + β D. */
export interface BatchedJob {
  /** Where A lies. */
  readonly a: MatrixView;
  /** Where B lies. */
  readonly b: MatrixView;
  /** Where C lies. */
  readonly c: MatrixView;
  /** Where D lies; where C does by default. */
  readonly d?: MatrixView;
}

/** What the products of one dispatch have in common. */
export interface BatchedOptions {
  /** Whether op(A) is Aᵀ. */
  readonly transposeA?: boolean;
  /** Whether op(B) is Bᵀ. */
  readonly transposeB?: boolean;
  /** The results are symmetric: half of each is computed, the rest mirrored. */
  readonly symmetric?: boolean;
  /** op(B) is upper triangular: what is 0 is left out. */
  readonly upperB?: boolean;
}

/** Where the operands of a dispatch lie. C may be none of the others, except D by leaving `d` out. */
export interface BatchedOperands {
  /** Holds A. */
  readonly a: BufferLike;
  /** Holds B. */
  readonly b: BufferLike;
  /** Holds C, which is written. */
  readonly c: BufferLike;
  /** D; C itself by default. */
  readonly d?: BufferLike;
}

/** What a family's kernel is told of the jobs. */
interface Plan {
  readonly table: DeviceBuffer;
  readonly tiles: number;
}

/**
 * Matrix products that are recorded as one dispatch, however many and of whatever shapes, by the family of kernels that suits the
 * adapter (`batched_kernels.ts`).
 */
export class BatchedProducts implements Disposable {
  /** Floating-point operations that the arithmetic needs: of symmetric results a half, of triangular operands what is not 0. */
  readonly flops: number;
  /** Made when first used. */
  readonly #plans = new Map<BatchedFamily, Plan>();

  /**
   * Checks the shapes and counts the arithmetic.
   *
   * @throws When the shapes of a job do not fit.
   */
  constructor(readonly gpu: Gpu, readonly jobs: readonly BatchedJob[], readonly options: BatchedOptions = {}) {
    const { transposeA = false, transposeB = false, symmetric = false, upperB = false } = options;
    this.flops = 0;
    for (const job of jobs) {
      const { a, b, c, d = c } = job;
      const depth = this.#depthOf(job);
      const shapes = [[transposeA ? a.columns : a.rows, c.rows], [transposeB ? b.rows : b.columns, c.columns]];
      shapes.push([transposeB ? b.columns : b.rows, depth], [d.rows, c.rows], [d.columns, c.columns]);
      if (shapes.some(([one, other]) => one !== other)) {
        throw new Error(`products: shapes do not fit: ${JSON.stringify({ a, b, c, d, options })}.`);
      }
      const entries = symmetric ? c.rows * (c.rows + 1) / 2 : c.rows * c.columns;
      this.flops += entries * (upperB ? depth + 1 : 2 * depth);
    }
  }

  /** Records the products. Without jobs it does nothing. */
  record(buffers: BatchedOperands, alpha = 1, beta = 0, family: BatchedFamily = batchedFamilyOf(this.gpu)): void {
    if (this.jobs.length === 0) return;
    const { transposeA = false, transposeB = false } = this.options;
    const { a, b, c, d } = buffers;
    const added = beta !== 0 && d !== undefined;
    const kept = beta !== 0 && d === undefined;
    const { source, values, perGroup } = BATCHED_KERNELS[family];
    const { table, tiles } = this.#plan(family);
    const kernel = this.gpu.kernel(source, {
      ...values,
      transpose_a: transposeA,
      transpose_b: transposeB,
      kept,
      added,
    });
    this.gpu.dispatch(
      kernel,
      { a, b, c, ...(added && { d }), table },
      { jobs: this.jobs.length, tiles, alpha, beta },
      linearGroups(tiles, perGroup),
      this.flops,
    );
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    for (const { table } of this.#plans.values()) table[Symbol.dispose]();
  }

  #plan(family: BatchedFamily): Plan {
    let plan = this.#plans.get(family);
    if (plan === undefined) this.#plans.set(family, plan = this.#makePlan(family));
    return plan;
  }

  #makePlan(family: BatchedFamily): Plan {
    const { symmetric = false, upperB = false } = this.options;
    const tile = BATCHED_KERNELS[family];
    const places: number[] = [];
    const tiles: number[] = [];
    this.jobs.forEach((each, job) => {
      const { a, b, c, d = c } = each;
      const depth = this.#depthOf(each);
      places.push(
        ...[a.offset, a.stride, b.offset, b.stride, c.offset, c.stride, d.offset, d.stride].map((n) => n / 4),
      );
      places.push(c.rows, c.columns / 4, 0, 0);
      for (let row = 0; row < c.rows; row += tile.rows) {
        for (let column = 0; column < c.columns; column += tile.columns) {
          if (symmetric && column >= row + tile.rows) break;
          const end = upperB ? Math.min(depth, column + tile.columns) : depth;
          const mirrored = symmetric && column + tile.columns <= row;
          tiles.push(mirrored ? -(job + 1) : job + 1, row, column / 4, end / 4);
        }
      }
    });
    return { table: numberTable(this.gpu, "products", [...places, ...tiles]), tiles: tiles.length / 4 };
  }

  #depthOf({ a }: BatchedJob): number {
    return this.options.transposeA ? a.rows : a.columns;
  }
}

function batchedFamilyOf(gpu: Gpu): BatchedFamily {
  // `familyOf` gives only families that can compute batches.
  return familyOf(gpu, { kind: "batched" }) as BatchedFamily;
}
