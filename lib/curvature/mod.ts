/**
 * Measuring curvature: explicit Hessian and Gauss-Newton matrices of small fields; eigenvalues, eigenvectors, traces and spectral densities of
 * large ones; conditioning under preconditioners; the density of Hessian-vector products, matrices and diagonals; the noise of gradients
 * and of curvature; and how well two diagonals agree.
 *
 * @module
 */
export { type DiagonalAgreement, diagonalAgreement, type LogLogHistogram } from "./agreement.ts";
export { equilibratedDiagonal, jacobiDiagonal } from "./diagonals.ts";
export {
  type CurvatureNoise,
  curvatureNoise,
  type CurvatureNoiseOptions,
  type DiagonalNoise,
} from "./curvature_noise.ts";
export { type DirectionKind } from "./direction.ts";
export { type DominantEigenvectors, dominantEigenvectors } from "./dominant_eigenvectors.ts";
export { symmetricEigenvalues } from "./eigenvalues.ts";
export { equilibratedDensity, type EquilibratedDensityOptions } from "./equilibrated_density.ts";
export { type Estimate } from "./estimate.ts";
export { type GradientNoise, gradientNoise, type GradientNoiseOptions } from "./gradient_noise.ts";
export { hutchPlusPlus, type HutchPlusPlusOptions } from "./hutch_plus_plus.ts";
export { lanczos, type LanczosOptions, type LanczosResult } from "./lanczos.ts";
export { gaussNewtonDiagonal, type GaussNewtonDiagonalOptions } from "./gauss_newton_diagonal.ts";
export { gaussNewtonMatrix, hessianMatrix, operatorMatrix } from "./matrix.ts";
export {
  type CurvatureBatch,
  type CurvatureOperator,
  curvatureOperator,
  type CurvatureOperatorOptions,
  type DeviceBatch,
  type SymmetricOperator,
} from "./operator.ts";
export type { Preconditioner } from "../linalg/preconditioner.ts";
export { diagonalPreconditioner, preconditionedOperator } from "./preconditioned.ts";
export { type ProbeEstimates, probeOperator, type ProbeOptions } from "./probes.ts";
export {
  type LogHistogram,
  logHistogram,
  matrixDensity,
  type ProductDensities,
  type ProductDensity,
  productDensity,
} from "./product_density.ts";
export { type SpectralDensity, spectralDensity, type SpectralDensityOptions } from "./spectral_density.ts";
export { preconditionedEigenvalues, type SpectrumFigures, spectrumFigures } from "./spectrum.ts";
