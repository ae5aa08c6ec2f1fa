import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { FieldDescription } from "../field/description.ts";
import type { Network } from "../field/network.ts";

/** One chunk of a batch, after the forward pass. */
export interface ObjectivePass {
  /** Holds the outputs and their tangents. */
  readonly network: Network;
  /** Rows of the field in this chunk, and as padded on the device. */
  readonly rows: number;
  /** Rows on the device. */
  readonly paddedRows: number;
  /** Field rows of the WHOLE batch: what means are taken over. */
  readonly batchRows: number;
  /** Whether tangents are wanted. */
  readonly tangents: boolean;
  /** [padded rows, padded width] of each target. */
  readonly targets: ReadonlyMap<string, DeviceBuffer>;
  /** Where the adjoint of each output read, and its tangent, go: like the output's value. */
  readonly adjoints: ReadonlyMap<string, { readonly adjoint: DeviceBuffer; readonly tangent?: DeviceBuffer }>;
  /** Where each row's share of the loss goes. */
  readonly rowLoss: DeviceBuffer;
  /** Factor of the loss, 1 unless this objective is a term of a sum. */
  readonly weight: number;
  /** Whether `rowLoss` holds other terms' shares that this one adds to. */
  readonly add: boolean;
}

/**
 * Turns a field's raw outputs into a scalar. It supplies the adjoint of each output that it reads, and that adjoint's
 * tangent; everything is normalised by the whole batch.
 */
export interface Objective {
  /** As in configuration files. */
  readonly name: string;
  /**
   * The outputs that it reads, each with the width of its target (of the same name).
   *
   * @throws When the field has no such output.
   */
  reads(description: FieldDescription): ReadonlyMap<string, number>;
  /** Records loss, adjoints and, if wanted, their tangents. */
  record(pass: ObjectivePass): void;
}
