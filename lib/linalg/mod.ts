/**
 * Device vectors of named segments, and linear algebra on their matrices: products, norms, inverse roots and bases of
 * eigenvectors.
 *
 * @module
 */
export { Layout, padWidth, type PlacedSegment, type Segment } from "./layout.ts";
export { createVector, Vector } from "./vector.ts";
export { Eigenbasis } from "./eigenbasis.ts";
export { type Measurement, type TuneOptions } from "./gemm/measurement.ts";
export { type BatchedFamily } from "./gemm/batched_kernels.ts";
export { type GemmProduct, KERNEL_CHOICES, type KernelChoice, type LayerProductKind } from "./gemm/family.ts";
export {
  type BatchedJob,
  type BatchedOperands,
  type BatchedOptions,
  BatchedProducts,
} from "./gemm/batched_products.ts";
export type { EntryFunction } from "./gemm/epilogue.ts";
export { type ChainLayer, LayerChain } from "./gemm/layer_chain.ts";
export { type MatmulShape, padRows } from "./gemm/shape.ts";
export { type DeviceOptions, openDevice } from "./gemm/open_device.ts";
export { tuneProducts } from "./gemm/tune.ts";
export { InverseRoots } from "./inverse_roots.ts";
export { kroneckerLayout, type LinearMap, linearMapsOf, weightsOf } from "./linear_maps.ts";
export { type MatrixView, rangeOf, squareLayout, viewOf } from "./matrix_view.ts";
export { NewtonSchulz, type NewtonSchulzIteration } from "./newton_schulz.ts";
export { BasisRotation } from "./basis_rotation.ts";
export { Norms } from "./norms.ts";
export { numberTable } from "./number_table.ts";
export { OrthonormalColumns } from "./orthonormal_columns.ts";
export { numberRanges, type Range } from "./ranges.ts";
export { RangeNormaliser } from "./range_normaliser.ts";
export { Squares } from "./squares.ts";
export { SymmetricInverse } from "./symmetric_inverse.ts";
export { tuneMatrices } from "./tune_matrices.ts";
export { type FactorOptions, TriangularInverse } from "./triangular_inverse.ts";
