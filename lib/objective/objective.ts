import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { FieldDescription } from "../field/description.ts";
import type { Network } from "../field/network.ts";
import type { HyperparameterValue } from "../hyperparameter/hyperparameter.ts";

/** Which matrix of second derivatives multiplies a direction: the Hessian H, or the Gauss-Newton matrix G. */
export type CurvatureKind = "hessian" | "gaussNewton";

/** What an objective is given to process one chunk of a batch, after the forward pass. */
export interface ObjectivePass {
  /** The network, whose nodes hold the outputs and their tangents. */
  readonly network: Network;
  /** Number of samples in this chunk. */
  readonly samples: number;
  /** Number of samples in the WHOLE batch. Means are taken over this number. */
  readonly batchSamples: number;
  /** Rows of the field in this chunk: `rowsPerSample` for each sample, one sample after the other. */
  readonly rows: number;
  /** Rows on the device, padding included. */
  readonly paddedRows: number;
  /**
   * What the objective must write to the buffers for the adjoints' tangents. By default it writes nothing there.
   *
   * - `hessian`: the exact tangents.
   * - `gaussNewton`: the tangents of the Gauss-Newton approximation.
   * - `gaussNewtonSample`: S^½w, propagated back to the outputs, for a sample JᵀS^½w of the Gauss-Newton matrix. S ≥ 0 is the second
   *   derivative of the loss by what it compares with targets (outputs, or pixels), and must be diagonal. The random signs w are
   *   given in the buffers for the outputs' tangents, one row for each sample, followed by rows of zeros.
   */
  readonly product?: CurvatureKind | "gaussNewtonSample";
  /** [padded samples, padded width] of each target. */
  readonly targets: ReadonlyMap<string, DeviceBuffer>;
  /**
   * Where to write the adjoint of each output that the objective reads, and the adjoint's tangent. The buffers have the shape of the
   * output's value. They are zero when created, and only the objective writes to them. If there are derivatives by an input, they are zero
   * before every batch.
   */
  readonly adjoints: ReadonlyMap<string, { readonly adjoint: DeviceBuffer; readonly tangent?: DeviceBuffer }>;
  /** Where to write each sample's contribution to the loss. */
  readonly sampleLoss: DeviceBuffer;
  /** Factor of the loss. It is 1 unless this objective is a term of a weighted sum. */
  readonly weight: number;
  /** Whether to add to the contents of `sampleLoss`, which are the contributions of a sum's other terms, or to replace them. */
  readonly add: boolean;
}

/**
 * Computes a scalar loss from a field's raw outputs. It also computes the adjoint of each output that it reads, and that
 * adjoint's tangent. All are normalised by the size of the whole batch.
 */
export interface Objective {
  /** The objective's name, as in configuration files. */
  readonly name: string;
  /** Its hyper-parameters, for configuration files; none by default. */
  readonly options?: Readonly<Record<string, HyperparameterValue>>;
  /** Number of the field's rows that make up one sample, 1 by default. A ray, for example, has one row for each interval. */
  readonly rowsPerSample?: number;
  /** The loss of the best constant prediction is at most this where all targets are in [0, 1]; for noticing divergence. */
  readonly constantLoss?: number;
  /** The loss of one entry of an output in 64 bits, if the loss is its mean over all entries; for measuring without a device. */
  entryLoss?(output: number, target: number): number;
  /**
   * The names of the outputs that the objective reads, with their widths.
   *
   * @throws If the field has no such output.
   */
  reads(description: FieldDescription): ReadonlyMap<string, number>;
  /**
   * The input by which the objective needs the derivatives of the outputs that it reads; none by default. The matrices of those outputs, their
   * tangents and adjoints then have a block of as many rows for each column of the input behind that of the values (`network.blocks`;
   * docs/math.md, section 3.4). Adjoints and their tangents are 0 when `record` is called for a batch or hold what other terms of a sum have
   * written; such an objective must add to them.
   *
   * @throws If the field has no such input.
   */
  derivativesBy?(description: FieldDescription): string | undefined;
  /**
   * The names of the targets that are given for each sample, with their widths. By default there is one target for each output
   * that the objective reads, with the same name and width.
   */
  targets?(description: FieldDescription): ReadonlyMap<string, number>;
  /** Records computing the loss, the adjoints and, if `pass.product` asks for them, the adjoints' tangents. */
  record(pass: ObjectivePass): void;
}

/** The names of an objective's targets, with their widths. */
export function targetsOf(objective: Objective, description: FieldDescription): ReadonlyMap<string, number> {
  return objective.targets?.(description) ?? objective.reads(description);
}
