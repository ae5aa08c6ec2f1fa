import { shown } from "./json_value.ts";
import { HOLDS, type SceneOptions, type SceneSurvey, type Shot, splitViews } from "./scene.ts";
import type { SceneFiles } from "./scene_files.ts";
import { aroundBounds, syntheticBounds } from "./transforms_bounds.ts";
import { type Frame, type FrameList, TransformsReader } from "./transforms_reader.ts";
import { splitNamed } from "./transforms_split.ts";

/**
 * Surveys a NeRF-synthetic scene (Mildenhall et al. 2020): `transforms_train.json` and `transforms_test.json` (or
 * `transforms_val.json`), with poses in Blender's convention. Where no test view has a picture, as in exports of BlenderNeRF, some
 * training views are held out. Bounds that the file does not give are 2 and 6, or half and one and a half times the distance of the
 * cameras from what they look at, if that is not about 4.
 *
 * @throws {Error} If something is missing or malformed.
 */
export async function surveySynthetic(files: SceneFiles, options: SceneOptions = {}): Promise<SceneSurvey> {
  const reader = new TransformsReader(files, options);
  const list = await reader.list("transforms_train.json");
  const all = await reader.frames(list);
  const { held, from } = await heldOutFrames(reader);
  const shots = await reader.shots([...all, ...held]);
  const [first, second] = [shots.slice(0, all.length), shots.slice(all.length)];
  const split = held.length > 0 ? { train: first, test: second } : undefined;
  const { train, test } = split ?? splitViews(first, options.hold);
  if (split !== undefined) reader.warnings.push(...holdWarnings(files.name, options));
  reader.warnings.push(...twiceUsed(files.name, train, test));
  const bounds = syntheticBounds(list, options, shots.map(({ camera }) => camera.pose), reader.warnings);
  if (from !== undefined) reader.warnings.push(...otherBounds(from, bounds, options));
  return reader.survey(`${files.name}/transforms_*.json`, { train, test, ...bounds });
}

/** A warning if another choice of held-out views than the default was asked for, where the scene itself makes it. */
function holdWarnings(where: string, { hold = HOLDS[0] }: SceneOptions): string[] {
  return hold === HOLDS[0]
    ? []
    : [`${where}: hold ${hold} is not used: the scene itself says which views are held out.`];
}

/** A warning if test pictures are trained on as well; an error if their cameras differ. */
function twiceUsed(where: string, train: readonly Shot[], test: readonly Shot[]): string[] {
  const trained = new Map(train.map((shot) => [shot.path, shot]));
  const twice = test.filter(({ path }) => trained.has(path));
  const other = twice.find(({ path, camera }) => trained.get(path)!.camera.pose.join() !== camera.pose.join());
  if (other !== undefined) {
    throw new Error(
      `${where}: expected one camera for ${other.name}, found another one for testing than for training.`,
    );
  }
  return twice.length === 0
    ? []
    : [`${where}: ${twice.length} of ${test.length} test pictures are trained on as well.`];
}

/** A warning if the file with test views gives other bounds than those that are used, unless an option gives these. */
function otherBounds(held: FrameList, used: Pick<SceneSurvey, "near" | "far">, options: SceneOptions): string[] {
  const other = (["near", "far"] as const).filter((name) =>
    options[name] === undefined && (held.json[name] ?? undefined) !== undefined && held.json[name] !== used[name]
  );
  if (other.length === 0) return [];
  const given = other.map((name) => `${name} ${shown(held.json[name])}`).join(" and ");
  return [
    `${held.where}: ${given} ${
      other.length > 1 ? "are" : "is"
    } not used: the rays of all views go from ${used.near} to ${used.far}.`,
  ];
}

/** The frames of the file with test views that have pictures, and that file; none if there is no such file. */
async function heldOutFrames(reader: TransformsReader): Promise<{ held: Frame[]; from?: FrameList }> {
  const { files, warnings } = reader;
  const empty: string[] = [];
  for (const name of ["transforms_test.json", "transforms_val.json"]) {
    if (await files.read(name) === undefined) continue;
    const list = await reader.list(name, true);
    const frames = await reader.frames(list, true);
    if (frames.length === 0) empty.push(name);
    else {
      if (empty.length > 0) {
        warnings.push(`${files.name}: no view in ${empty[0]} has a picture, so those in ${name} are held out.`);
      }
      return { held: frames, from: list };
    }
  }
  const why = empty.length > 0
    ? `no view in ${empty.join(" or ")} has a picture`
    : "there is neither transforms_test.json nor transforms_val.json";
  warnings.push(`${files.name}: ${why}, so some of the training views are held out.`);
  return { held: [] };
}

/**
 * Surveys a `transforms.json` as instant-ngp and nerfstudio write it. Lists of names split the views, as docs/conventions.md explains;
 * without them the option `hold` does. If no bounds are given, the cameras are assumed to stand around what they look at, and the bounds
 * are 1/10 and 2½ of their mean distance from it; a warning tells if they do not seem to.
 *
 * @throws {Error} If something is missing or malformed.
 */
export async function surveyTransforms(files: SceneFiles, options: SceneOptions = {}): Promise<SceneSurvey> {
  const reader = new TransformsReader(files, options);
  const list = await reader.list("transforms.json");
  const shots = await reader.shots(await reader.frames(list));
  if (shots.length < 2) throw new Error(`${list.where}: expected at least 2 frames, found 1.`);
  const split = splitNamed(list.json, shots, list.where, reader.warnings);
  const { train, test } = split ?? splitViews(shots, options.hold);
  if (split !== undefined) reader.warnings.push(...holdWarnings(files.name, options));
  const bounds = aroundBounds(list, options, shots.map(({ camera }) => camera.pose), reader.warnings);
  return reader.survey(list.where, { train, test, ...bounds });
}
