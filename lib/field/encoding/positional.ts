import { linearGroups } from "../../gpu/groups.ts";
import { type Hyperparameters, resolveHyperparameters } from "../../hyperparameter/hyperparameter.ts";
import { COUNT } from "../../hyperparameter/range.ts";
import type { Encoding } from "./encoding.ts";
import { encodingKind } from "./kind.ts";
import text from "../../../wgsl/field/encoding/positional_encoding.wgsl" with { type: "text" };
import derivativesText from "../../../wgsl/field/encoding/positional_encoding_derivatives.wgsl" with { type: "text" };

const derivativesSource = { name: "positional_encoding_derivatives", text: derivativesText };
const source = { name: "positional_encoding", text };

/** Options of {@linkcode positionalEncoding}. */
export interface PositionalEncodingOptions {
  /** The number L of octaves. */
  octaves?: number;
}

const hyperparameters: Hyperparameters<PositionalEncodingOptions> = {
  // Above 24 octaves the finest sine changes faster than f32 coordinates can tell.
  octaves: { range: { ...COUNT, max: 24 }, default: 8, doc: "Octaves L of the positional encoding" },
};

/** The entry of the registry. */
export const positionalKind = encodingKind({ name: "positional", hyperparameters, make: positionalEncoding });

/**
 * `[x, sin(2⁰πx₁) … sin(2^{L−1}πx₁), cos(2⁰πx₁) …, then the same for x₂ …]`: the raw coordinates, then for each coordinate L
 * sines and L cosines (Mildenhall et al. 2020, equation 4).
 */
export function positionalEncoding(options: PositionalEncodingOptions = {}): Encoding {
  const { octaves } = resolveHyperparameters("positional", hyperparameters, options);
  return {
    name: "positional",
    options: { octaves },
    outputs: (inputs) => inputs * (1 + 2 * octaves),
    record(gpu, x, encoded, { rows, inputs, inputStride, outputStride }) {
      const uniforms = { rows, inputs, octaves, x_stride: inputStride, stride: outputStride };
      gpu.dispatch(gpu.kernel(source), { x, encoded }, uniforms, linearGroups(rows * outputStride, 64));
    },
    recordDerivatives(gpu, x, derivatives, { rows, inputs, inputStride, outputStride, laplacian }) {
      const blocks = inputs + (laplacian ? 1 : 0);
      const uniforms = { rows, inputs, octaves, x_stride: inputStride, stride: outputStride, blocks };
      const groups = linearGroups(blocks * rows * outputStride, 64);
      gpu.dispatch(gpu.kernel(derivativesSource), { x, derivatives }, uniforms, groups);
    },
  };
}
