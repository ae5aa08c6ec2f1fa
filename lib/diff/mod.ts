/**
 * Derivatives of a loss by a field's parameters: the gradient, Hessian-vector and Gauss-Newton products.
 *
 * @module
 */
export {
  type Batch,
  type DifferentiationOptions,
  gaussNewtonVectorProduct,
  hessianVectorProduct,
  type LossAndGradient,
  lossAndGradient,
} from "./products.ts";
export { type ChunkRequest, type MatrixPlace } from "./request.ts";
