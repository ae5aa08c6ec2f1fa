import { poseColumn } from "./camera.ts";
import { focusDoubt, focusOf } from "./focus.ts";
import { shown } from "./json_value.ts";
import type { SceneOptions, SceneSurvey } from "./scene.ts";
import type { FrameList } from "./transforms_reader.ts";

/** The bounds of NeRF-synthetic scenes. */
const SYNTHETIC = { near: 2, far: 6 };

/** The mean distances from what the cameras look at for which these bounds are used; that of the published scenes is 4. */
const SYNTHETIC_DISTANCES = [3, 5];

/** The bounds that are given by an option or by the file itself. */
function givenBounds({ json, where }: FrameList, options: SceneOptions): { near?: number; far?: number } {
  const numberOf = (name: "near" | "far") => {
    const value = options[name] ?? json[name] ?? undefined;
    if (value === undefined || typeof value === "number") return value;
    throw new Error(`${where}: ${name}: expected a number, found ${shown(value)}.`);
  };
  return { near: numberOf("near"), far: numberOf("far") };
}

type Bounds = Pick<SceneSurvey, "near" | "far">;

/** The bounds of cameras around an object: 1/10 and 2½ of their mean distance from what they look at, unless they are given. */
export function aroundBounds(
  list: FrameList,
  options: SceneOptions,
  poses: readonly (readonly number[])[],
  warnings: string[],
): Bounds {
  const distance = meanDistance(poses);
  const given = givenBounds(list, options);
  if (distance < 1e-9 && (given.near === undefined || given.far === undefined)) {
    throw new Error(
      `${list.where}: expected cameras around an object, or the bounds near and far, but all cameras are in one place.`,
    );
  }
  const { near = distance / 10, far = 2.5 * distance } = given;
  warnings.push(...guessWarnings(list, given, { near, far }, poses));
  return { near, far };
}

/** The bounds of a NeRF-synthetic scene: the published ones, scaled to the distance of the cameras, unless they are given. */
export function syntheticBounds(
  list: FrameList,
  options: SceneOptions,
  poses: readonly (readonly number[])[],
  warnings: string[],
): Bounds {
  const distance = meanDistance(poses);
  const given = givenBounds(list, options);
  const [least, most] = SYNTHETIC_DISTANCES;
  const usual = focusDoubt(poses) !== undefined || (distance >= least && distance <= most);
  const { near, far } = { ...SYNTHETIC, ...!usual && { near: distance / 2, far: 1.5 * distance } };
  const bounds = { near: given.near ?? near, far: given.far ?? far };
  warnings.push(...guessWarnings(list, given, bounds, poses));
  if (!usual && (given.near === undefined || given.far === undefined)) {
    warnings.push(
      `${list.where}: what the cameras look at is ${
        distance.toPrecision(3)
      } away, not about 4 as in NeRF-synthetic scenes, so rays ` +
        `go from ${bounds.near.toPrecision(3)} to ${bounds.far.toPrecision(3)} instead of from 2 to 6.`,
    );
  }
  return bounds;
}

/** The mean distance of cameras from the point that they look at. */
function meanDistance(poses: readonly (readonly number[])[]): number {
  const focus = focusOf(poses);
  const distances = poses.map((pose) => Math.hypot(...poseColumn(pose, 3).map((value, i) => value - focus[i])));
  return distances.reduce((sum, each) => sum + each, 0) / distances.length;
}

/** What to tell of bounds that are derived from poses which do not tell them. */
function guessWarnings(
  { where }: FrameList,
  given: { near?: number; far?: number },
  { near, far }: Bounds,
  poses: readonly (readonly number[])[],
): string[] {
  const guesses = [
    ...given.near === undefined ? [`near ${near.toPrecision(3)}`] : [],
    ...given.far === undefined ? [`far ${far.toPrecision(3)}`] : [],
  ].join(" and ");
  const doubt = focusDoubt(poses);
  if (guesses === "" || doubt === undefined) return [];
  return [`${where}: ${doubt}, so ${guesses} can only be guessed; give near and far in the units of the poses.`];
}
