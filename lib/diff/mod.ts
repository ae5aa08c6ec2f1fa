/**
 * Derivatives of a loss by a field's parameters: the gradient, Hessian-vector products and Gauss-Newton products.
 *
 * @module
 */
export { type Chunk } from "./chunks.ts";
export {
  createDifferentiator,
  type CurvatureProduct,
  Differentiator,
  type DifferentiatorOptions,
  type LossAndGradient,
  type ResultVectors,
} from "./differentiator.ts";
export {
  type DifferentiationOptions,
  gaussNewtonVectorProduct,
  hessianVectorProduct,
  lossAndGradient,
} from "./products.ts";
export { type ChunkRequest, type MatrixPlace } from "./request.ts";
