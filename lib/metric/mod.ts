/**
 * Measures of quality of pictures, occupancy and meshes.
 *
 * @module
 */
export { gradientEnergy } from "./gradient_energy.ts";
export { compareMeshes, type MeshDistance } from "./mesh_distance.ts";
export { type OccupancyScores, scoreBatch, scoreOccupancy, type TrainedBatch } from "./occupancy.ts";
export { peakSignalToNoiseRatio } from "./psnr.ts";
export { silhouettePsnr } from "./silhouette.ts";
export { structuralSimilarity } from "./ssim.ts";
