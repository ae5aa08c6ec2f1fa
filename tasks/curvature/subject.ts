import { createField, type Field } from "../../lib/field/field.ts";
import type { DirectionKind } from "../../lib/curvature/direction.ts";
import { gaussNewtonMatrix, hessianMatrix } from "../../lib/curvature/matrix.ts";
import { curvatureOperator, type DeviceBatch } from "../../lib/curvature/operator.ts";
import { type ProbeEstimates, probeOperator } from "../../lib/curvature/probes.ts";
import { wholeBatch } from "../training/whole_batches.ts";
import type { Moment } from "./moment.ts";

/** Products with random signs from which the whole field's preconditioner and trace are estimated. */
export const PROBES = 16;

/** How much is measured. */
export interface Extent {
  /** Batch sizes at which the density of products is measured. */
  readonly batchSizes: readonly number[];
  /** Samples of the batch on which everything else is measured. */
  readonly samples: number;
  /** The random directions of the products whose density is measured. */
  readonly directions: DirectionKind;
}

/**
 * The most parameters of a run's field whose matrices are computed. Eigenvalues under five preconditioners then take about a minute.
 */
export const MOST_EXPLICIT = 3000;

/** A field with its matrices on one batch. */
interface ExplicitCurvature {
  readonly field: Field;
  readonly batch: DeviceBatch;
  /** The number of its parameters P. */
  readonly size: number;
  /** [P × P] row-major. */
  readonly hessian: Float64Array;
  /** [P × P] row-major. */
  readonly gaussNewton: Float64Array;
}

/** A moment that is being measured: it draws batches and shares what several measurements need. The caller must dispose it. */
export class Subject implements Disposable {
  readonly #made = new DisposableStack();
  #explicit?: Promise<ExplicitCurvature>;
  #probes?: Promise<ProbeEstimates>;
  #own?: Promise<ExplicitCurvature>;

  /** @param signal Ends the measurements. */
  constructor(readonly moment: Moment, readonly extent: Extent, readonly signal: AbortSignal) {}

  /**
   * Draws samples of the moment's data without replacement.
   *
   * @param samples The number of samples; at most all are drawn.
   * @param number The number of the batch: as many batches of one size as fit into the data share no sample.
   */
  draw(samples: number, number = 0): DeviceBatch {
    const { field: { gpu }, input: { data }, seed } = this.moment;
    return this.#made.use(wholeBatch(gpu, data, { samples, seed, number }));
  }

  /** The matrices of the small field at initialisation, which are computed once. */
  explicit(): Promise<ExplicitCurvature> {
    const { field: { gpu }, seed, small } = this.moment;
    return this.#explicit ??= this.#computeExplicit(this.#made.use(createField(gpu, small!, { seed })));
  }

  /** What {@linkcode PROBES} random probes say about the field's Hessian on its batch, which is computed once. */
  probes(): Promise<ProbeEstimates> {
    return this.#probes ??= this.#computeProbes();
  }

  async #computeProbes(): Promise<ProbeEstimates> {
    const { moment: { field, input: { objective }, seed }, extent: { samples }, signal } = this;
    using hessian = curvatureOperator(field, objective, this.draw(samples), "hessian", { fixed: true });
    return await probeOperator(hessian, { probes: PROBES, seed: seed + 1, signal });
  }

  /** The matrices of the moment's field itself, which are computed once; undefined if it has more than 3000 parameters. */
  async ownMatrices(): Promise<ExplicitCurvature | undefined> {
    const { field } = this.moment;
    return field.parameterCount > MOST_EXPLICIT ? undefined : await (this.#own ??= this.#computeExplicit(field));
  }

  /** The matrices of the small field at initialisation, and of a checkpoint's field if that is small enough. */
  async matrices(): Promise<ExplicitCurvature | undefined> {
    return this.moment.small === undefined ? await this.ownMatrices() : await this.explicit();
  }

  async #computeExplicit(field: Field): Promise<ExplicitCurvature> {
    const { objective } = this.moment.input;
    const batch = this.draw(this.extent.samples);
    const hessian = await hessianMatrix(field, objective, batch);
    this.signal.throwIfAborted();
    const gaussNewton = await gaussNewtonMatrix(field, objective, batch);
    return { field, batch, size: field.parameterCount, hessian, gaussNewton };
  }

  /** Frees the batches and the small field. */
  [Symbol.dispose](): void {
    this.#made.dispose();
  }
}
