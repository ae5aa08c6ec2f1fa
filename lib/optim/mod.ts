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
  type StateVectors,
  stateVectors,
  type StepRequest,
} from "./optimizer.ts";
export { adaHessianE, adaHessianJ, type AdaHessianJOptions, type AdaHessianOptions } from "./ada_hessian.ts";
export { adam, type AdamOptions, adamW } from "./adam.ts";
export { chain } from "./chain.ts";
export { clipByGlobalNorm, clipGradient } from "./clip_gradient.ts";
export { decayWeights } from "./decay_weights.ts";
export { entrywise } from "./entrywise.ts";
export { esgd, type EsgdOptions } from "./esgd.ts";
export { esgdMax, type EsgdMaxOptions } from "./esgd_max.ts";
export { esgdSoap, type EsgdSoapOptions } from "./esgd_soap.ts";
export { gaussNewton, type GaussNewtonOptions } from "./gauss_newton.ts";
export { checkHyperparameters, checkWord, decayed, type NumberRange } from "./hyperparameters.ts";
export { kfac, type KfacOptions } from "./kfac.ts";
export { muon, type MuonOptions } from "./muon.ts";
export { type OptimizerConfig, optimizerFromConfig, optimizerNames } from "./registry.ts";
export { sgd, type SgdOptions } from "./sgd.ts";
export { shampoo, type ShampooOptions } from "./shampoo.ts";
export { soap, type SoapOptions } from "./soap.ts";
export { sophiaH, type SophiaOptions } from "./sophia.ts";
