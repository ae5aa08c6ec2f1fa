import { dot, poseColumn, type Vector3 } from "./camera.ts";
import type { ColmapModel } from "./colmap_model.ts";
import type { SceneOptions, SceneSurvey } from "./scene.ts";

/** The share of a picture's points that may be nearer or farther than the bounds: wrong matches are among them. */
const OUTSIDE = 0.01;
/** The margins that the bounds have. */
const [NEARER, FARTHER] = [0.9, 1.1];

/** A picture with the pose of its camera. */
interface Seen {
  readonly pose: readonly number[];
  /** The numbers of the points that are seen in it. */
  readonly points: readonly number[];
}

/**
 * The bounds of rays, from the points that the pictures show: in each picture all but one in a hundred of its points are within them.
 *
 * @throws {Error} If the pictures show no points, and the bounds are not given.
 */
export function colmapBounds(
  where: string,
  pictures: readonly Seen[],
  { points }: ColmapModel,
  { near, far }: SceneOptions,
): Pick<SceneSurvey, "near" | "far"> {
  if (near !== undefined && far !== undefined) return { near, far };
  const ranges = pictures.map((picture) => rangeOf(picture, points)).filter((range) => range !== undefined);
  if (ranges.length === 0) {
    throw new Error(
      `${where}: expected points of the scene (points3D) that the pictures show, or the bounds near and far, found none.`,
    );
  }
  return {
    near: near ?? NEARER * Math.min(...ranges.map((range) => range.near)),
    far: far ?? FARTHER * Math.max(...ranges.map((range) => range.far)),
  };
}

/** The depth of a picture's nearest points and the distance of its farthest; undefined if it shows none in front of the camera. */
function rangeOf(
  { pose, points }: Seen,
  places: ReadonlyMap<number, Vector3>,
): { near: number; far: number } | undefined {
  const [back, position] = [poseColumn(pose, 2), poseColumn(pose, 3)];
  const offsets = points.map((number) => places.get(number)).filter((place) => place !== undefined)
    .map((place) => place.map((value, i) => value - position[i]) as unknown as Vector3)
    .filter((offset) => dot(offset, back) < 0);
  if (offsets.length === 0) return undefined;
  const depths = offsets.map((offset) => -dot(offset, back)).sort((a, b) => a - b);
  const distances = offsets.map((offset) => Math.hypot(...offset)).sort((a, b) => a - b);
  const outside = Math.floor(OUTSIDE * offsets.length);
  return { near: depths[outside], far: distances[offsets.length - 1 - outside] };
}
