/**
 * Rendering: rays, views, surfaces and points of radiance fields, camera paths, and pictures of meshes, slices and cameras.
 *
 * @module
 */
export { cameraSegments, drawSegments, type Line, segmentsPly } from "./camera_drawing.ts";
export { CAMERA_PATHS, cameraPath, type CameraPathKind, lookingAt } from "./camera_path.ts";
export { depthPicture } from "./depth_picture.ts";
export { meshPicture, type MeshPictureOptions } from "./mesh_picture.ts";
export { type RadianceMesh, radianceMesh, type RadianceMeshOptions } from "./radiance_mesh.ts";
export { type RadiancePoints, radiancePoints } from "./radiance_points.ts";
export { RayCaster } from "./ray_caster.ts";
export { rayData } from "./ray_data.ts";
export { type RenderedRays } from "./ray_evaluation.ts";
export { type RenderOptions, renderPixels } from "./render_pixels.ts";
export { type HostRays, renderRays } from "./render_rays.ts";
export { type RenderedView, renderView } from "./render_view.ts";
export { slicePicture } from "./slice_picture.ts";
export { surfaceThreshold } from "./surface_threshold.ts";
