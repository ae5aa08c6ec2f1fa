/**
 * What the built-in optimizers, activations, encodings, objectives and kernels are made of, for writing others.
 *
 * A kernel is a WGSL text in a small grammar, which `expandKernel` describes; `Gpu.kernel` compiles it and `Gpu.dispatch` records it.
 *
 * @module
 */
export { type BufferLike, type BufferSlice, DeviceBuffer } from "./gpu/buffer.ts";
export { Gpu } from "./gpu/device.ts";
export { linearGroups } from "./gpu/groups.ts";
export { Kernel } from "./gpu/kernel.ts";
export { type Binding } from "./gpu/binding.ts";
export { expandKernel, type KernelInterface, type KernelSource } from "./gpu/kernel_source.ts";
export type { OperandAccess } from "./gpu/operand_access.ts";
export {
  fillRandom,
  type FillTarget,
  type PermutationUniforms,
  permutedIndices,
  type RandomKey,
  type RandomNumbers,
  randomWords,
  streams,
} from "./gpu/random.ts";
export { type KernelValues } from "./gpu/template.ts";
export { Layout, padWidth, type PlacedSegment, type Segment } from "./linalg/layout.ts";
export { createVector, Vector } from "./linalg/vector.ts";
export { Eigenbasis } from "./linalg/eigenbasis.ts";
export { type BatchedFamily } from "./linalg/gemm/batched_kernels.ts";
export {
  type BatchedJob,
  type BatchedOperands,
  type BatchedOptions,
  BatchedProducts,
} from "./linalg/gemm/batched_products.ts";
export { padRows } from "./linalg/gemm/shape.ts";
export { InverseRoots } from "./linalg/inverse_roots.ts";
export { kroneckerLayout, type LinearMap, linearMapsOf, weightsOf } from "./linalg/linear_maps.ts";
export { type MatrixView, rangeOf, squareLayout, viewOf } from "./linalg/matrix_view.ts";
export { NewtonSchulz } from "./linalg/newton_schulz.ts";
export { Norms } from "./linalg/norms.ts";
export { numberTable } from "./linalg/number_table.ts";
export { OrthonormalColumns } from "./linalg/orthonormal_columns.ts";
export { numberRanges, type Range } from "./linalg/ranges.ts";
export { RangeNormaliser } from "./linalg/range_normaliser.ts";
export { Squares } from "./linalg/squares.ts";
export { SymmetricInverse } from "./linalg/symmetric_inverse.ts";
export { type FactorOptions, TriangularInverse } from "./linalg/triangular_inverse.ts";
export { type Activation } from "./field/activation/activation.ts";
export { type ActivationKind, activationKind } from "./field/activation/kind.ts";
export { linearBound } from "./field/activation/linear_bound.ts";
export {
  type DenseLayer,
  type EncodingLayer,
  type FieldDescription,
  isEncoding,
  segmentsOf,
  widthsOf,
} from "./field/description.ts";
export { type Encoding, type EncodingShape } from "./field/encoding/encoding.ts";
export { type EncodingKind, encodingKind } from "./field/encoding/kind.ts";
export { Field } from "./field/field.ts";
export { Network, type NetworkField } from "./field/network.ts";
export type { DenseNode, Node } from "./field/node.ts";
export { type ObjectiveKind, objectiveKind } from "./objective/kind.ts";
export { type CurvatureKind, type Objective, type ObjectivePass, targetsOf } from "./objective/objective.ts";
export { pointwise, type PointwiseLoss, type PointwiseOptions } from "./objective/pointwise.ts";
export { type ChunkRequest, type MatrixPlace } from "./diff/request.ts";
export { CurvatureAverage, type CurvatureEstimate } from "./optim/curvature_average.ts";
export { type ProbeSchedule, probesDue } from "./optim/probe_schedule.ts";
export { curvatureCore, type CurvatureRule, type RunningCurvature } from "./optim/curvature_core.ts";
export { DiagonalPreconditioner, type DiagonalRule } from "./optim/diagonal_preconditioner.ts";
export { entrywise } from "./optim/entrywise.ts";
export { betas, decayed, epsilon, learningRate, momentum, weightDecay } from "./optim/hyperparameters.ts";
export { type OptimizerKind, optimizerKind } from "./optim/kind.ts";
export {
  type AnyHyperparameter,
  type AnyHyperparameters,
  type DerivedDefault,
  type Hyperparameter,
  type Hyperparameters,
  type HyperparameterValue,
  resolveHyperparameters,
  withDefaults,
} from "./hyperparameter/hyperparameter.ts";
export { HyperparameterError } from "./hyperparameter/hyperparameter_error.ts";
export {
  checkRange,
  COUNT,
  COUNT_FROM_0,
  FLAG,
  type FlagRange,
  FROM_0,
  type NumberRange,
  oneOf,
  type PairRange,
  POSITIVE,
  type RangeOf,
  SHARE,
  type ValueRange,
  type WordRange,
} from "./hyperparameter/range.ts";
export {
  type Observation,
  type ObservationKind,
  type ObservationRequest,
  type Observations,
} from "./optim/observation.ts";
export {
  type GradientTransform,
  type GradientTransformCore,
  Optimizer,
  type OptimizerContext,
  type OptimizerCore,
  type OptimizerSpec,
  type StepRequest,
} from "./optim/optimizer.ts";
export { type StateVectors, stateVectors } from "./optim/state_vectors.ts";
export type { Preconditioner } from "./linalg/preconditioner.ts";
export type { OptimizerPreconditioner, PreconditionerMoment } from "./optim/preconditioner.ts";
export {
  RotatedCore,
  type RotatedRates,
  type RotatedRule,
  type RotatedVectors,
  type RotationOptions,
} from "./optim/rotated_core.ts";
export type { RotationSchedule } from "./optim/rotation_schedule.ts";
export { type NamedView, TwoSided } from "./optim/two_sided.ts";
export { type BatchFill, type Draw, type EpochOrder, orderUniforms, type TrainingData } from "./data/training_data.ts";
