import { checkArguments, OPTIONS } from "../../hyperparameter/arguments.ts";
import { checkOptions, objectWith } from "../../hyperparameter/members.ts";
import { surveyColmap } from "./colmap.ts";
import { findModel } from "./colmap_files.ts";
import { surveyLlff } from "./llff.ts";
import { HOLDS, type Scene, SCENE_OPTIONS, type SceneOptions, type SceneSurvey, type View } from "./scene.ts";
import { checkWhole } from "../../codec/image/check_picture.ts";
import { keptFiles } from "./kept_files.ts";
import { checkBounds } from "./ray_space.ts";
import type { SceneFiles } from "./scene_files.ts";
import { cameraWarnings } from "./scene_figures.ts";
import { decodeShot } from "./scene_picture.ts";
import { checkPixels } from "./scene_size.ts";
import { surveySynthetic, surveyTransforms } from "./transforms.ts";

const READERS = {
  "poses_bounds.npy": surveyLlff,
  "transforms_train.json": surveySynthetic,
  "transforms.json": surveyTransforms,
};

/** The names by which a folder is recognised as a scene with a COLMAP model. */
const COLMAP = ["sparse", "colmap"];

/** Matches the names of the files and folders by which a folder is recognised as a scene. */
export const SCENE_FILES: RegExp = new RegExp(
  `^(${[...Object.keys(READERS), ...COLMAP].map((name) => RegExp.escape(name)).join("|")})$`,
);

/**
 * The scene that one of its own files describes, whatever other such files lie beside it.
 *
 * @param folder The folder in which the file is.
 * @param name The name of the file: `poses_bounds.npy`, `transforms_train.json` or `transforms.json`.
 * @throws {Error} If the file has another name.
 */
export function sceneOfFile(folder: SceneFiles, name: string): SceneFiles {
  if (!Object.hasOwn(READERS, name)) {
    const expected = `a scene's folder, or its ${Object.keys(READERS).join(", ")}`;
    throw new Error(`${folder.name}/${name}: expected ${expected}, found another file.`);
  }
  const isOther = (path: string) => path !== name && Object.hasOwn(READERS, path);
  return { ...folder, read: (path) => isOther(path) ? Promise.resolve(undefined) : folder.read(path) };
}

const FILES = objectWith("the files of a scene, as sceneFolder gives them", "name", "list", "read");

/**
 * Reads a scene of photographs with known cameras. Its format is recognised by its files: `poses_bounds.npy` (LLFF),
 * `transforms_train.json` (NeRF-synthetic), `transforms.json` (instant-ngp, nerfstudio), or without these a model in `sparse/0` (COLMAP).
 *
 * @throws {SceneTooLargeError} If the training views have more pixels than the option `mostPixels` allows.
 * @throws {Error} If the files are none of these, a file is malformed, or an option is invalid.
 */
export async function readScene(files: SceneFiles, options: SceneOptions = {}): Promise<Scene> {
  checkOptions("readScene", options, SCENE_OPTIONS);
  checkArguments("readScene", { files: [files, FILES], options: [options, OPTIONS] });
  const kept = keptFiles(files, options.signal);
  const { train, test, upright, ...survey } = await surveyScene(kept, options);
  const { signal, onProgress } = options;
  const warnings = [...survey.warnings];
  let count = 0;
  const views = async (shots: typeof train) => {
    const decoded: View[] = [];
    for (const shot of shots) {
      onProgress?.(count++, train.length + test.length);
      // Decoding blocks the process, so that signals have their turn in between.
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      decoded.push(await decodeShot(kept, shot, { ...survey, upright }));
    }
    return withoutMasked(files.name, decoded, warnings);
  };
  return { ...survey, train: await views(train), test: await views(test), warnings };
}

/**
 * Reads all that is known of a scene without decoding its photographs: cameras, sizes, bounds, and which views are held out. It throws
 * the errors of `readScene`, except those about the pixels of photographs.
 */
export async function surveyScene(files: SceneFiles, options: SceneOptions = {}): Promise<SceneSurvey> {
  checkOptions("surveyScene", options, SCENE_OPTIONS);
  checkSceneOptions(options);
  const present: string[] = [];
  for (const name of Object.keys(READERS)) if (await files.read(name) !== undefined) present.push(name);
  const [name, ...others] = present as (keyof typeof READERS)[];
  const model = name === undefined ? await findModel(files) : undefined;
  if (name === undefined && model === undefined) {
    const names = [...await files.list(".") ?? [], ...await files.list("images") ?? []];
    const hint = names.some((each) => /\.(png|jpe?g)$/i.test(each))
      ? " Photographs need cameras first: docs/your-photos.md says how to find them."
      : "";
    throw new Error(
      `${files.name}: this folder is no scene: expected one of ${
        Object.keys(READERS).join(", ")
      } or sparse/0/cameras.bin, ` +
        `found none.${hint}`,
    );
  }
  const survey = model === undefined ? await READERS[name](files, options) : await surveyColmap(files, model, options);
  const { train, test, near, far, kind } = survey;
  if (train.length === 0) {
    throw new Error(`${files.name}: expected at least 2 views, so that one can be held out, found 1.`);
  }
  checkBounds(files.name, near, far);
  checkPixels(files.name, train, options);
  const shots = [...train, ...test];
  const bounds = { cameras: shots.map(({ camera }) => camera), near, far, kind };
  const warnings = [...survey.warnings, ...cameraWarnings(files.name, bounds, shots.map((shot) => shot.name))];
  if (others.length > 0) warnings.push(`${files.name}: ${name} is read, and ${others.join(" and ")} is not used.`);
  return { ...survey, warnings };
}

function checkSceneOptions({ size, downscale, hold, background }: SceneOptions): void {
  for (const [name, value] of Object.entries({ size, downscale })) {
    if (value !== undefined) checkWhole(`readScene: ${name}`, value, 1);
  }
  if (hold !== undefined && !HOLDS.includes(hold)) {
    throw new Error(`readScene: hold: expected one of ${HOLDS.join(", ")}, found ${hold}.`);
  }
  if (background !== undefined && background !== "black" && background !== "white") {
    throw new Error(`readScene: background: expected black or white, found ${background}.`);
  }
}

/** The views without those of which every pixel is masked. */
function withoutMasked(where: string, views: readonly View[], warnings: string[]): View[] {
  const left = views.filter(({ mask }) => mask === undefined || mask.includes(1));
  const masked = views.filter((view) => !left.includes(view));
  if (masked.length === 0) return left;
  const which = `${masked.length} of ${views.length} views are masked as a whole, such as ${masked[0].name}`;
  if (left.length === 0) throw new Error(`${where}: expected pixels that are not masked, but ${which}.`);
  warnings.push(`${where}: ${which}; they are left out.`);
  return left;
}
