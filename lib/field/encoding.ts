import type { BufferLike } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import text from "../../wgsl/field/positional_encoding.wgsl" with { type: "text" };

/** A fixed map of a field's input to features, as data. */
export interface Encoding {
  /** The encoding's name in the registry. */
  readonly name: string;
  /** Values of the hyper-parameters, by name. */
  readonly options: Readonly<Record<string, number>>;
  /** The number of features for an input of the given width. */
  outputs(inputs: number): number;
  /** Records encoding the rows of `x`, [rows, inputStride], to `encoded`, [rows, outputStride]. */
  record(gpu: Gpu, x: BufferLike, encoded: BufferLike, shape: EncodingShape): void;
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

const source = { name: "positional_encoding", text };

/**
 * `[x, sin(2⁰πx₁) … sin(2^{L−1}πx₁), cos(2⁰πx₁) …, then the same for x₂ …]`: the raw coordinates, then for each coordinate L
 * sines and L cosines (Mildenhall et al. 2020, equation 4).
 *
 * @param options.octaves L, a whole number from 1 to 24.
 */
export function positionalEncoding(options: { octaves: number }): Encoding {
  const { octaves } = options;
  if (!Number.isInteger(octaves) || octaves < 1 || octaves > 24) {
    throw new Error(`positionalEncoding: octaves: a whole number from 1 to 24 expected, ${octaves} found.`);
  }
  return {
    name: "positional",
    options: { octaves },
    outputs: (inputs) => inputs * (1 + 2 * octaves),
    record(gpu, x, encoded, { rows, inputs, inputStride, outputStride }) {
      const uniforms = { rows, inputs, octaves, x_stride: inputStride, stride: outputStride };
      gpu.dispatch(gpu.kernel(source), { x, encoded }, uniforms, linearGroups(rows * outputStride, 64));
    },
  };
}

/** All encodings by name, for configuration files and options. */
export const encodings: Readonly<Record<string, (options: Record<string, number>) => Encoding>> = {
  positional: (options) => positionalEncoding({ octaves: options.octaves }),
};
