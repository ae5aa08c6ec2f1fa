/**
 * Neural fields (coordinate networks) trained headlessly on WebGPU: forward, backprop, exact Hessian-vector and Gauss-Newton
 * products, and first- and second-order optimizers, in WGSL kernels of its own.
 *
 * @module
 */
export { type DeviceOptions, type Gpu, openDevice } from "./lib/gpu/device.ts";
export { KERNEL_CHOICES, type KernelChoice } from "./lib/gpu/kernel_choice.ts";
export type { AdapterDescription, AdapterOptions } from "./lib/gpu/adapter.ts";
export type { BufferLike, BufferSlice, DeviceBuffer } from "./lib/gpu/buffer.ts";
export type { Kernel } from "./lib/gpu/kernel.ts";
export type { Binding, KernelInterface, KernelSource, OperandAccess } from "./lib/gpu/kernel_source.ts";
export type { KernelValues } from "./lib/gpu/template.ts";
export type { Profile, ProfileEntry } from "./lib/gpu/profile.ts";
export type { Tally } from "./lib/gpu/tally.ts";
export { type RandomKey, randomWords, streams } from "./lib/gpu/random.ts";
export { Layout, type PlacedSegment, type Segment } from "./lib/linalg/layout.ts";
export { createVector, Vector } from "./lib/linalg/vector.ts";
export type { Activation } from "./lib/field/activation/activation.ts";
export { activations } from "./lib/field/activation/registry.ts";
export { gabor } from "./lib/field/activation/gabor.ts";
export { gaussian } from "./lib/field/activation/gaussian.ts";
export { identity } from "./lib/field/activation/identity.ts";
export { relu } from "./lib/field/activation/relu.ts";
export { sigmoid } from "./lib/field/activation/sigmoid.ts";
export { sinc } from "./lib/field/activation/sinc.ts";
export { sine } from "./lib/field/activation/sine.ts";
export { softplus } from "./lib/field/activation/softplus.ts";
export { type Encoding, type EncodingShape, positionalEncoding } from "./lib/field/encoding.ts";
export { type DenseLayer, type EncodingLayer, type FieldDescription } from "./lib/field/description.ts";
export { mlp, type MlpOptions } from "./lib/field/mlp.ts";
export { radianceField, type RadianceFieldOptions } from "./lib/field/radiance_field.ts";
export { createField, type Field } from "./lib/field/field.ts";
export { tuneKernels, type TuneRequest } from "./lib/field/tune.ts";
export type { Measurement, TuneOptions } from "./lib/linalg/gemm/measurement.ts";
export type { NamedArrays } from "./lib/field/evaluate.ts";
export type { Objective, ObjectivePass, ProductKind } from "./lib/objective/objective.ts";
export { type PointwiseOptions } from "./lib/objective/pointwise.ts";
export { binaryCrossEntropy } from "./lib/objective/binary_cross_entropy.ts";
export { meanSquaredError } from "./lib/objective/mean_squared_error.ts";
export { type VolumeOptions, volumeRendering } from "./lib/objective/volume_rendering.ts";
export { weightedSum } from "./lib/objective/weighted_sum.ts";
export {
  type Batch,
  type DifferentiationOptions,
  gaussNewtonVectorProduct,
  hessianVectorProduct,
  type LossAndGradient,
  lossAndGradient,
} from "./lib/diff/products.ts";
export {
  createOptimizer,
  type Observation,
  type Optimizer,
  type OptimizerContext,
  type OptimizerCore,
  type OptimizerSpec,
  type Requests,
  type StepRequest,
} from "./lib/optim/optimizer.ts";
export { adaHessianE, adaHessianJ, type AdaHessianJOptions, type AdaHessianOptions } from "./lib/optim/ada_hessian.ts";
export { adam, type AdamOptions, adamW } from "./lib/optim/adam.ts";
export { clipGradient } from "./lib/optim/clip_gradient.ts";
export { esgd, type EsgdOptions } from "./lib/optim/esgd.ts";
export { esgdMax, type EsgdMaxOptions } from "./lib/optim/esgd_max.ts";
export { esgdSoap, type EsgdSoapOptions } from "./lib/optim/esgd_soap.ts";
export { gaussNewton, type GaussNewtonOptions } from "./lib/optim/gauss_newton.ts";
export { kfac, type KfacOptions } from "./lib/optim/kfac.ts";
export { kroneckerLayout } from "./lib/linalg/linear_maps.ts";
export { muon, type MuonOptions } from "./lib/optim/muon.ts";
export { type OptimizerConfig, optimizerFromConfig, optimizerNames } from "./lib/optim/registry.ts";
export { sgd, type SgdOptions } from "./lib/optim/sgd.ts";
export { shampoo, type ShampooOptions } from "./lib/optim/shampoo.ts";
export { soap, type SoapOptions } from "./lib/optim/soap.ts";
export { sophiaH, type SophiaOptions } from "./lib/optim/sophia.ts";
export * from "./lib/train/schedule.ts";
export { stepsWithin } from "./lib/train/budget.ts";
export { type PlanOptions, planTraining, type TrainingPlan } from "./lib/train/plan.ts";
export type { Reduce } from "./lib/train/reduce.ts";
export { DivergenceError, train, type TrainEvent, type TrainOptions } from "./lib/train/train.ts";
export type { ChunkRequest, MatrixPlace } from "./lib/diff/request.ts";
export type { DenseNode, Network, NetworkSubject, Node } from "./lib/field/network.ts";
export type { MatmulShape } from "./lib/linalg/gemm/shape.ts";
export { type Draw, type HostData, type TrainingData } from "./lib/data/training_data.ts";
export { decodeCheckpoint, encodeCheckpoint } from "./lib/train/checkpoint.ts";
export { decodePicture } from "./lib/codec/image/decode_picture.ts";
export type { Picture } from "./lib/codec/image/picture.ts";
export { type ResizeOptions, resizePicture } from "./lib/data/image/resize.ts";
export { pictureData, renderPicture } from "./lib/data/image/picture_data.ts";
export {
  type LabelledPoints,
  type OccupancyDataOptions,
  OccupancySampler,
  type OccupancySamplerOptions,
  type PointOptions,
  type PointRequest,
} from "./lib/data/mesh/occupancy_sampler.ts";
export { type OccupancyScores, scoreOccupancy } from "./lib/metric/occupancy.ts";
export { decodeMesh } from "./lib/codec/mesh/decode_mesh.ts";
export type { Mesh } from "./lib/codec/mesh/mesh.ts";
export { inspectMesh, type MeshReport } from "./lib/data/mesh/inspect.ts";
export {
  denormaliseMesh,
  type MeshTransform,
  type NormalisedMesh,
  normaliseMesh,
  type NormaliseOptions,
} from "./lib/data/mesh/normalise.ts";
export { type Grid, marchingCubes } from "./lib/data/mesh/marching_cubes.ts";
export { extractMesh, fieldSlices } from "./lib/data/mesh/field_grid.ts";
export { compareMeshes, type MeshDistance } from "./lib/metric/mesh_distance.ts";
export { type DeviceRows, WindingNumber } from "./lib/data/mesh/winding.ts";
export { type WindingTree, windingTree } from "./lib/data/mesh/winding_tree.ts";
export { weldVertices } from "./lib/codec/mesh/weld.ts";
export { encodeObj } from "./lib/codec/mesh/encode_obj.ts";
export { meshPicture, type MeshPictureOptions } from "./lib/render/mesh_picture.ts";
export { slicePicture } from "./lib/render/slice_picture.ts";
export { encodePly } from "./lib/codec/mesh/encode_ply.ts";
export { encodeAnimatedPng } from "./lib/codec/image/encode_animated_png.ts";
export { depthPicture } from "./lib/render/depth_picture.ts";
export { encodePng, type EncodePngOptions } from "./lib/codec/image/encode_png.ts";
export {
  type Camera,
  cameraRay,
  type Distortion,
  projectPoint,
  type Ray,
  type Vector3,
} from "./lib/data/scene/camera.ts";
export { type NpyArray, readNpy } from "./lib/codec/tensor/npy.ts";
export {
  cameraInSpace,
  RAY_SPACES,
  type RaySpace,
  raySpace,
  type RaySpaceKind,
  type SceneBounds,
} from "./lib/data/scene/ray_space.ts";
export { readScene } from "./lib/data/scene/read_scene.ts";
export type { Scene, SceneOptions, View } from "./lib/data/scene/scene.ts";
export { type SceneFiles, sceneFolder, sceneFromBytes } from "./lib/data/scene/scene_files.ts";
export { rayData } from "./lib/render/ray_data.ts";
export { RayCaster } from "./lib/render/ray_caster.ts";
export { type RenderOptions, renderPixels } from "./lib/render/render_pixels.ts";
export { type RenderedView, renderView } from "./lib/render/render_view.ts";
export { CAMERA_PATHS, cameraPath, type CameraPathKind } from "./lib/render/camera_path.ts";
export { cameraSegments, drawSegments, type Line, segmentsPly } from "./lib/render/camera_drawing.ts";
export { type HostRays, renderRays } from "./lib/render/render_rays.ts";
export type { RenderedRays } from "./lib/render/ray_evaluation.ts";
export { peakSignalToNoiseRatio } from "./lib/metric/psnr.ts";
export { gradientEnergy } from "./lib/metric/gradient_energy.ts";
export { silhouettePsnr } from "./lib/metric/silhouette.ts";
export { structuralSimilarity } from "./lib/metric/ssim.ts";
