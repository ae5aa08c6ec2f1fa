import { checkOptions } from "../../hyperparameter/members.ts";
import type { BufferLike, DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { linearGroups } from "../../gpu/groups.ts";
import type { MatrixView } from "../matrix_view.ts";
import { numberTable } from "../number_table.ts";
import { BATCHED_KERNELS, type BatchedFamily, BESIDE_STRAIGHT } from "./batched_kernels.ts";
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

/** One dispatch: a family's kernel, and what it is told of its jobs. */
interface Plan {
  readonly family: BatchedFamily;
  readonly table: DeviceBuffer;
  readonly jobs: number;
  readonly tiles: number;
  readonly flops: number;
}

/**
 * Matrix products that are recorded as one dispatch, however many and of whatever shapes, by the family of kernels that suits the
 * adapter (`batched_kernels.ts`).
 */
export class BatchedProducts implements Disposable {
  /** Floating-point operations that the arithmetic needs: of symmetric results a half, of triangular operands what is not 0. */
  readonly flops: number;
  /** Made when first used. */
  readonly #plans = new Map<BatchedFamily, readonly Plan[]>();

  /**
   * Checks the shapes and counts the arithmetic.
   *
   * @throws When the shapes of a job do not fit.
   */
  constructor(readonly gpu: Gpu, readonly jobs: readonly BatchedJob[], readonly options: BatchedOptions = {}) {
    checkOptions("BatchedProducts", options, { transposeA: true, transposeB: true, symmetric: true, upperB: true });
    const { transposeA = false, transposeB = false } = options;
    for (const job of jobs) {
      const { a, b, c, d = c } = job;
      const depth = this.#depthOf(job);
      const shapes = [[transposeA ? a.columns : a.rows, c.rows], [transposeB ? b.rows : b.columns, c.columns]];
      shapes.push([transposeB ? b.columns : b.rows, depth], [d.rows, c.rows], [d.columns, c.columns]);
      if (shapes.some(([one, other]) => one !== other)) {
        throw new Error(`products: shapes do not fit: ${JSON.stringify({ a, b, c, d, options })}.`);
      }
    }
    this.flops = this.#flopsOf(jobs);
  }

  /** Records the products. Without jobs it does nothing. */
  record(buffers: BatchedOperands, alpha = 1, beta = 0, family: BatchedFamily = batchedFamilyOf(this.gpu)): void {
    const { transposeA = false, symmetric = false, upperB = false } = this.options;
    const isStraight = BATCHED_KERNELS[family].depth !== undefined;
    const whole = isStraight && (transposeA || symmetric || upperB) ? BESIDE_STRAIGHT : family;
    for (const plan of this.#plansOf(whole)) this.#dispatch(plan, buffers, alpha, beta);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    for (const { table } of [...this.#plans.values()].flat()) table[Symbol.dispose]();
  }

  #dispatch({ family, table, jobs, tiles, flops }: Plan, { a, b, c, d }: BatchedOperands, alpha: number, beta: number) {
    const { transposeA = false, transposeB = false } = this.options;
    const { source, values, perGroup, depth } = BATCHED_KERNELS[family];
    const added = beta !== 0 && d !== undefined;
    const kept = beta !== 0 && d === undefined;
    const isStraight = depth !== undefined;
    const kernel = isStraight
      ? this.gpu.kernel(source, { ...values, kept, added })
      : this.gpu.kernel(source, { ...values, transpose_a: transposeA, transpose_b: transposeB, kept, added });
    this.gpu.dispatch(
      kernel,
      { a, b, c, ...(added && { d }), table },
      { jobs, tiles, alpha, beta, ...(isStraight && { b_transposed: transposeB ? 1 : 0 }) },
      linearGroups(tiles, perGroup),
      flops,
    );
  }

  /** The dispatches of a family; one of straight-line text leaves to another what does not fit it. */
  #plansOf(family: BatchedFamily): readonly Plan[] {
    let plans = this.#plans.get(family);
    if (plans === undefined) {
      const isStraight = BATCHED_KERNELS[family].depth !== undefined;
      const fitting = this.jobs.filter((job) => !isStraight || this.#fits(job, family));
      const others = this.jobs.filter((job) => !fitting.includes(job));
      const parts = [[family, fitting], [BESIDE_STRAIGHT, others]] as const;
      plans = parts.flatMap(([each, jobs]) => jobs.length === 0 ? [] : [this.#makePlan(each, jobs)]);
      this.#plans.set(family, plans);
    }
    return plans;
  }

  /** Whether a family of straight-line text can compute a product. */
  #fits(job: BatchedJob, family: BatchedFamily): boolean {
    const { rows, columns, depth } = BATCHED_KERNELS[family];
    return job.c.rows % rows === 0 && job.c.columns % columns === 0 && this.#depthOf(job) === depth;
  }

  #makePlan(family: BatchedFamily, jobs: readonly BatchedJob[]): Plan {
    const { symmetric = false, upperB = false } = this.options;
    const tile = BATCHED_KERNELS[family];
    const places: number[] = [];
    const tiles: number[] = [];
    jobs.forEach((each, job) => {
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
    const table = numberTable(this.gpu, "products", [...places, ...tiles]);
    return { family, table, jobs: jobs.length, tiles: tiles.length / 4, flops: this.#flopsOf(jobs) };
  }

  #flopsOf(jobs: readonly BatchedJob[]): number {
    const { symmetric = false, upperB = false } = this.options;
    return jobs.reduce((sum, job) => {
      const { rows, columns } = job.c;
      const depth = this.#depthOf(job);
      return sum + (symmetric ? rows * (rows + 1) / 2 : rows * columns) * (upperB ? depth + 1 : 2 * depth);
    }, 0);
  }

  #depthOf({ a }: BatchedJob): number {
    return this.options.transposeA ? a.rows : a.columns;
  }
}

function batchedFamilyOf(gpu: Gpu): BatchedFamily {
  // `familyOf` gives only families that can compute batches.
  return familyOf(gpu, { kind: "batched" }) as BatchedFamily;
}
