/**
 * Fields as data: activations, encodings, common networks, their evaluation, and choosing kernels for them.
 *
 * @module
 */
export { type Activation } from "./activation/activation.ts";
export { gabor, type GaborOptions } from "./activation/gabor.ts";
export { gaussian, type GaussianOptions } from "./activation/gaussian.ts";
export { type ActivationKind, activationKind } from "./activation/kind.ts";
export { linearBound } from "./activation/linear_bound.ts";
export { identity } from "./activation/identity.ts";
export { activationKinds, activations, registerActivation } from "./activation/registry.ts";
export { relu } from "./activation/relu.ts";
export { sigmoid } from "./activation/sigmoid.ts";
export { sinc, type SincOptions } from "./activation/sinc.ts";
export { sine, type SineOptions } from "./activation/sine.ts";
export { softplus } from "./activation/softplus.ts";
export {
  checkDescription,
  type DenseLayer,
  type EncodingLayer,
  type FieldDescription,
  isEncoding,
  segmentsOf,
  widthsOf,
} from "./description.ts";
export { descriptionFromText, descriptionToText } from "./description_text.ts";
export { type Encoding, type EncodingShape } from "./encoding/encoding.ts";
export { type EncodingKind, encodingKind } from "./encoding/kind.ts";
export { positionalEncoding, type PositionalEncodingOptions } from "./encoding/positional.ts";
export { encodingKinds, encodings } from "./encoding/registry.ts";
export { type EvaluationOptions, type NamedArrays } from "./evaluate.ts";
export { fieldGradient, type InputDerivativeOptions, laplacian } from "./field_gradient.ts";
export { createField, Field } from "./field.ts";
export { mlp, type MlpOptions } from "./mlp.ts";
export { DerivativeBlocks, type InputDerivatives } from "./derivative_blocks.ts";
export { type DerivativeChoice } from "./choice.ts";
export { Network, type NetworkField } from "./network.ts";
export type { DenseNode, Node } from "./node.ts";
export type { NodeChain } from "./node_chains.ts";
export { radianceField, type RadianceFieldOptions } from "./radiance_field.ts";
export { tuneKernels, type TuneRequest } from "./tune.ts";
export {
  type AnyHyperparameter,
  type AnyHyperparameters,
  type DerivedDefault,
  type Hyperparameter,
  type Hyperparameters,
  type HyperparameterValue,
} from "../hyperparameter/hyperparameter.ts";
export {
  type FlagRange,
  type NumberRange,
  type PairRange,
  type RangeOf,
  type ValueRange,
  type WordRange,
} from "../hyperparameter/range.ts";
