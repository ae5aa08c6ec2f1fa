import type { BufferLike } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";

/** A fixed map of a field's input to features, as data. */
export interface Encoding {
  /** As in the registry. */
  readonly name: string;
  /** Hyper-parameters, by their names. */
  readonly options: Readonly<Record<string, number>>;
  /** Features for so many inputs. */
  outputs(inputs: number): number;
  /** Records encoding `rows` rows; strides are the padded widths of both matrices. */
  record(gpu: Gpu, x: BufferLike, encoded: BufferLike, shape: EncodingShape): void;
  /**
   * Records computing the derivatives of the features by each input, [inputs, rows, outputStride], followed by the sums of their second
   * derivatives (∂²/∂x₁² + ∂²/∂x₂² + …), [rows, outputStride], if `shape.laplacian` asks for them. Padding must become 0. Only derivatives by
   * inputs (`fieldGradient`, `eikonal`) need it; they are refused without it.
   */
  recordDerivatives?(
    gpu: Gpu,
    x: BufferLike,
    derivatives: BufferLike,
    shape: EncodingShape & { readonly laplacian: boolean },
  ): void;
}

/** Sizes of one encoding pass. */
export interface EncodingShape {
  /** Rows to encode, padding included. */
  readonly rows: number;
  /** Width of the input. */
  readonly inputs: number;
  /** Padded width of the input. */
  readonly inputStride: number;
  /** Padded width of the features. */
  readonly outputStride: number;
}
