/**
 * Scenes: posed photographs from files, cameras, and the spaces that rays are sampled in.
 *
 * @module
 */
export {
  addScaled,
  type Camera,
  cameraRay,
  type Distortion,
  poseColumn,
  projectPoint,
  type Ray,
  resizeCamera,
  type Vector3,
} from "./camera.ts";
export {
  cameraInSpace,
  RAY_SPACES,
  type RaySpace,
  raySpace,
  type RaySpaceKind,
  type SceneBounds,
} from "./ray_space.ts";
export { readScene, sceneOfFile, surveyScene } from "./read_scene.ts";
export { HOLDS, type Posed, type Scene, type SceneOptions, type SceneSurvey, type Shot, type View } from "./scene.ts";
export { type SceneFigures, sceneFigures } from "./scene_figures.ts";
export { type SceneFiles, sceneFolder, sceneFromBytes } from "./scene_files.ts";
export { SceneTooLargeError } from "./scene_size.ts";
