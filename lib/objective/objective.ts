import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { FieldDescription } from "../field/description.ts";
import type { Network } from "../field/network.ts";

/** Which matrix of second derivatives multiplies a direction: the Hessian H, or the Gauss-Newton matrix G. */
export type CurvatureKind = "hessian" | "gaussNewton";

/** One chunk of a batch, after the forward pass. */
export interface ObjectivePass {
  /** Holds the outputs and their tangents. */
  readonly network: Network;
  /** Samples of this chunk. */
  readonly samples: number;
  /** Samples of the WHOLE batch: what means are taken over. */
  readonly batchSamples: number;
  /** Rows of the field in this chunk: `rowsPerSample` for each sample, one sample after the other. */
  readonly rows: number;
  /** Rows on the device. */
  readonly paddedRows: number;
  /**
   * What is to go where the adjoints' tangents go, if anything: those tangents, exact or by Gauss-Newton; or, for a sample
   * JᵀS^½w of the Gauss-Newton matrix, S^½w pulled back to the outputs. There S ≥ 0 is the loss's second derivative by what it
   * compares with targets (outputs, or pixels), which has to be diagonal, and the signs w stand in the outputs' tangents: a row
   * for each sample, then zeros.
   */
  readonly product?: CurvatureKind | "gaussNewtonSample";
  /** [padded samples, padded width] of each target. */
  readonly targets: ReadonlyMap<string, DeviceBuffer>;
  /**
   * Where the adjoint of each output read, and its tangent, go: like the output's value. Zero when made, and nobody else
   * writes there.
   */
  readonly adjoints: ReadonlyMap<string, { readonly adjoint: DeviceBuffer; readonly tangent?: DeviceBuffer }>;
  /** Where each sample's share of the loss goes. */
  readonly sampleLoss: DeviceBuffer;
  /** Factor of the loss, 1 unless this objective is a term of a sum. */
  readonly weight: number;
  /** Whether `sampleLoss` holds other terms' shares that this one adds to. */
  readonly add: boolean;
}

/**
 * Turns a field's raw outputs into a scalar. It supplies the adjoint of each output that it reads, and that adjoint's
 * tangent; everything is normalised by the whole batch.
 */
export interface Objective {
  /** As in configuration files. */
  readonly name: string;
  /** Rows of the field that make one sample, 1 by default; a ray has one for each of its intervals. */
  readonly rowsPerSample?: number;
  /**
   * The outputs that it reads, each with its width.
   *
   * @throws When the field has no such output.
   */
  reads(description: FieldDescription): ReadonlyMap<string, number>;
  /**
   * What it is told of each sample, with widths; by default a target for each output that it reads, of the same name and
   * width.
   */
  targets?(description: FieldDescription): ReadonlyMap<string, number>;
  /** Records loss, adjoints and, if wanted, their tangents. */
  record(pass: ObjectivePass): void;
}

/** What an objective is told of each sample, with widths. */
export function targetsOf(objective: Objective, description: FieldDescription): ReadonlyMap<string, number> {
  return objective.targets?.(description) ?? objective.reads(description);
}
