/**
 * Objectives, which compute the loss from a field's outputs, either by comparing them with targets or by rendering them first.
 *
 * @module
 */
export { type Batch } from "./batch.ts";
export { binaryCrossEntropy } from "./binary_cross_entropy.ts";
export { eikonal } from "./eikonal.ts";
export { gradientSupervised } from "./gradient_supervised.ts";
export { huber, type HuberOptions } from "./huber.ts";
export { type ObjectiveKind, objectiveKind } from "./kind.ts";
export { meanAbsoluteError } from "./mean_absolute_error.ts";
export { meanSquaredError } from "./mean_squared_error.ts";
export { type CurvatureKind, type Objective, type ObjectivePass, targetsOf } from "./objective.ts";
export { pointwise, type PointwiseLoss, type PointwiseOptions } from "./pointwise.ts";
export { objectiveKinds, registerObjective } from "./registry.ts";
export { type VolumeOptions, volumeRendering } from "./volume_rendering.ts";
export { weightedSum } from "./weighted_sum.ts";
