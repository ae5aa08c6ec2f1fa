/**
 * Neural fields (coordinate networks) trained headlessly on WebGPU: forward, backprop, exact Hessian-vector and Gauss-Newton
 * products, and first- and second-order optimizers, in WGSL kernels of its own.
 *
 * This module has what someone needs who trains a field. Everything else is in rooms, one for each folder of `lib` (`./mesh`,
 * `./scene`, `./render`, …); what one needs to write an optimizer, an activation, an encoding, an objective or a kernel is in
 * `./extend`.
 *
 * @module
 */
export { type Gpu } from "./lib/gpu/device.ts";
export { type DeviceOptions, openDevice } from "./lib/linalg/gemm/open_device.ts";
export { Layout } from "./lib/linalg/layout.ts";
export { createVector, Vector } from "./lib/linalg/vector.ts";
export { type Activation } from "./lib/field/activation/activation.ts";
export { gabor } from "./lib/field/activation/gabor.ts";
export { gaussian } from "./lib/field/activation/gaussian.ts";
export { identity } from "./lib/field/activation/identity.ts";
export { activations } from "./lib/field/activation/registry.ts";
export { relu } from "./lib/field/activation/relu.ts";
export { sigmoid } from "./lib/field/activation/sigmoid.ts";
export { sinc } from "./lib/field/activation/sinc.ts";
export { sine } from "./lib/field/activation/sine.ts";
export { softplus } from "./lib/field/activation/softplus.ts";
export { type DenseLayer, type EncodingLayer, type FieldDescription } from "./lib/field/description.ts";
export { type Encoding } from "./lib/field/encoding/encoding.ts";
export { positionalEncoding } from "./lib/field/encoding/positional.ts";
export { createField, type Field } from "./lib/field/field.ts";
export { mlp, type MlpOptions } from "./lib/field/mlp.ts";
export { radianceField, type RadianceFieldOptions } from "./lib/field/radiance_field.ts";
export { binaryCrossEntropy } from "./lib/objective/binary_cross_entropy.ts";
export { meanSquaredError } from "./lib/objective/mean_squared_error.ts";
export { type Objective } from "./lib/objective/objective.ts";
export { type VolumeOptions, volumeRendering } from "./lib/objective/volume_rendering.ts";
export { weightedSum } from "./lib/objective/weighted_sum.ts";
export { createDifferentiator, type Differentiator, type LossAndGradient } from "./lib/diff/differentiator.ts";
export {
  type DifferentiationOptions,
  gaussNewtonVectorProduct,
  hessianVectorProduct,
  lossAndGradient,
} from "./lib/diff/products.ts";
export { adaHessianE, adaHessianJ } from "./lib/optim/ada_hessian.ts";
export { adam, adamW } from "./lib/optim/adam.ts";
export { chain } from "./lib/optim/chain.ts";
export { clipByGlobalNorm, clipGradient } from "./lib/optim/clip_gradient.ts";
export { decayWeights } from "./lib/optim/decay_weights.ts";
export { esgd } from "./lib/optim/esgd.ts";
export { esgdMax } from "./lib/optim/esgd_max.ts";
export { esgdSoap } from "./lib/optim/esgd_soap.ts";
export { gaussNewton } from "./lib/optim/gauss_newton.ts";
export { kfac } from "./lib/optim/kfac.ts";
export { muon } from "./lib/optim/muon.ts";
export { type Observation } from "./lib/optim/observation.ts";
export { createOptimizer, type Optimizer, type OptimizerSpec } from "./lib/optim/optimizer.ts";
export { optimizerFromConfig, optimizerNames } from "./lib/optim/registry.ts";
export { sgd } from "./lib/optim/sgd.ts";
export { shampoo } from "./lib/optim/shampoo.ts";
export { soap } from "./lib/optim/soap.ts";
export { sophiaH } from "./lib/optim/sophia.ts";
export type { Batch } from "./lib/objective/batch.ts";
export { type TrainingData } from "./lib/data/training_data.ts";
export { decodeCheckpoint, encodeCheckpoint } from "./lib/train/checkpoint.ts";
export { loadField, saveField } from "./lib/train/saved_field.ts";
export { constant, cosine, exponential, linearWarmup, type Schedule, stepDecay } from "./lib/train/schedule.ts";
export { stepsWithin } from "./lib/train/budget.ts";
export { DeviceLostError } from "./lib/gpu/device_errors.ts";
export { DivergenceError } from "./lib/train/divergence.ts";
export { train, type TrainEvent } from "./lib/train/train.ts";
export { type TrainOptions } from "./lib/train/train_options.ts";
export { decodePicture } from "./lib/codec/image/decode_picture.ts";
export { encodePng } from "./lib/codec/image/encode_png.ts";
export { decodeMesh } from "./lib/codec/mesh/decode_mesh.ts";
export { encodePly } from "./lib/codec/mesh/encode_ply.ts";
export { pictureData, renderPicture } from "./lib/data/image/picture_data.ts";
export { extractMesh } from "./lib/data/mesh/field_grid.ts";
export { denormaliseMesh, normaliseMesh } from "./lib/data/mesh/normalise.ts";
export { OccupancySampler } from "./lib/data/mesh/occupancy_sampler.ts";
export { readScene } from "./lib/data/scene/read_scene.ts";
export { sceneFolder } from "./lib/data/scene/scene_files.ts";
export { raySpace } from "./lib/data/scene/ray_space.ts";
export { rayData } from "./lib/render/ray_data.ts";
export { renderView } from "./lib/render/render_view.ts";
export { scoreOccupancy } from "./lib/metric/occupancy.ts";
export { peakSignalToNoiseRatio } from "./lib/metric/psnr.ts";
