/**
 * Optimizers, each with the type of its options, and their registry.
 *
 * @module
 */
export { type Observation, type ObservationKind, type ObservationRequest, type Observations } from "./observation.ts";
export {
  createOptimizer,
  type GradientTransform,
  type GradientTransformCore,
  Optimizer,
  type OptimizerContext,
  type OptimizerCore,
  type OptimizerSpec,
  type StepRequest,
} from "./optimizer.ts";
export { type StateVectors, stateVectors } from "./state_vectors.ts";
export { adaHessianE, adaHessianJ, type AdaHessianJOptions, type AdaHessianOptions } from "./ada_hessian.ts";
export { adam, type AdamOptions, adamW } from "./adam.ts";
export { chain } from "./chain.ts";
export { clipByGlobalNorm, clipGradient, clipNormHyperparameter } from "./clip_gradient.ts";
export { decayWeights } from "./decay_weights.ts";
export { entrywise } from "./entrywise.ts";
export { esgd, type EsgdOptions } from "./esgd.ts";
export { esgdMax, type EsgdMaxOptions } from "./esgd_max.ts";
export { esgdSoap, type EsgdSoapOptions } from "./esgd_soap.ts";
export { gaussNewton, type GaussNewtonOptions } from "./gauss_newton.ts";
export { decayed } from "./hyperparameters.ts";
export { type OptimizerKind, optimizerKind } from "./kind.ts";
export {
  type AnyHyperparameter,
  type AnyHyperparameters,
  type DerivedDefault,
  type Hyperparameter,
  type Hyperparameters,
  type HyperparameterValue,
  resolveHyperparameters,
} from "../hyperparameter/hyperparameter.ts";
export {
  checkRange,
  type FlagRange,
  type NumberRange,
  type PairRange,
  type RangeOf,
  type ValueRange,
  type WordRange,
} from "../hyperparameter/range.ts";
export { kfac, type KfacOptions } from "./kfac.ts";
export { muon, type MuonOptions } from "./muon.ts";
export {
  type OptimizerConfig,
  optimizerFromConfig,
  optimizerKinds,
  optimizerNames,
  registerOptimizer,
} from "./registry.ts";
export type { Preconditioner } from "../linalg/preconditioner.ts";
export { type OptimizerPreconditioner, type PreconditionerMoment } from "./preconditioner.ts";
export { sgd, type SgdOptions } from "./sgd.ts";
export { shampoo, type ShampooOptions } from "./shampoo.ts";
export type { BasisRefresh } from "./eigenbases.ts";
export { soap, type SoapOptions } from "./soap.ts";
export { sophiaH, type SophiaOptions } from "./sophia.ts";
