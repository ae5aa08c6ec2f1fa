/**
 * Meshes: checks, normalisation, what is inside, labelled points, and surfaces of fields.
 *
 * @module
 */
export { type MeshCleaning } from "./clean.ts";
export { extractMesh, fieldSlices } from "./field_grid.ts";
export { inspectMesh, type MeshReport } from "./inspect.ts";
export { type LargestParts, largestParts } from "./largest_parts.ts";
export { type Grid, marchingCubes } from "./marching_cubes.ts";
export { NearestOnMesh, type NearestPlace } from "./nearest.ts";
export {
  denormaliseMesh,
  type MeshTransform,
  type NormalisedMesh,
  normaliseMesh,
  type NormaliseOptions,
} from "./normalise.ts";
export {
  type LabelledPoints,
  type OccupancyDataOptions,
  OccupancySampler,
  type OccupancySamplerOptions,
  type PointOptions,
  type PointRequest,
} from "./occupancy_sampler.ts";
export { type DeviceRows, WindingNumber } from "./winding.ts";
export { type WindingTree, windingTree } from "./winding_tree.ts";
