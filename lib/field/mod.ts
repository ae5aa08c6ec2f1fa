/**
 * Fields as data: activations, encodings, common networks, their evaluation, and choosing kernels for them.
 *
 * @module
 */
export { type Activation } from "./activation/activation.ts";
export { gabor } from "./activation/gabor.ts";
export { gaussian } from "./activation/gaussian.ts";
export { linearBound, positive } from "./activation/hyperparameter.ts";
export { identity } from "./activation/identity.ts";
export { activations } from "./activation/registry.ts";
export { relu } from "./activation/relu.ts";
export { sigmoid } from "./activation/sigmoid.ts";
export { sinc } from "./activation/sinc.ts";
export { sine } from "./activation/sine.ts";
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
export { type Encoding, encodings, type EncodingShape, positionalEncoding } from "./encoding.ts";
export { type NamedArrays } from "./evaluate.ts";
export { createField, Field } from "./field.ts";
export { mlp, type MlpOptions } from "./mlp.ts";
export { type DenseNode, Network, type NetworkSubject, type Node } from "./network.ts";
export { radianceField, type RadianceFieldOptions } from "./radiance_field.ts";
export { tuneKernels, type TuneRequest } from "./tune.ts";
